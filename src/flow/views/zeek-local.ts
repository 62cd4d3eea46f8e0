import { ADDRESS_STRIDE } from '../flow.ts';
import type { ConnBatch } from '../zeek/batch.ts';
import { LocalNetworks } from '../zeek/local.ts';

/** Answers kept: a network's hosts come again and again. */
const KEPT = 1024;

/** Whether addresses are local, with the latest answers for IPv4 kept. */
export class LocalSides {
  readonly #networks: LocalNetworks;
  readonly #addresses = new Int32Array(KEPT);
  /** 0: none kept; else the answer plus one. */
  readonly #answers = new Uint8Array(KEPT);

  /** @throws WiresiftError `ZEEK_NETWORK` when a text is no network */
  constructor(networks: readonly string[]) {
    this.#networks = new LocalNetworks(networks);
  }

  /** 0 or 1 for the address of the originator (role 0) or the responder (role 1); -1: none is named. */
  code(batch: ConnBatch, row: number, role: number): number {
    if (this.#networks.empty) return -1;
    const bytes = batch.addresses;
    const at = row * ADDRESS_STRIDE + role * 16;
    const length = batch.addressLength[row]!;
    if (length !== 4) return this.#networks.has(bytes, at, length) ? 1 : 0;
    const address =
      (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    const place = (Math.imul(address, 0x9e3779b1) >>> 22) & (KEPT - 1);
    const answer = this.#answers[place]!;
    if (answer !== 0 && this.#addresses[place] === address) return answer - 1;
    const local = this.#networks.has(bytes, at, 4) ? 1 : 0;
    this.#addresses[place] = address;
    this.#answers[place] = local + 1;
    return local;
  }
}
