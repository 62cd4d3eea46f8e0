import type { Packet } from '../decode/index.ts';
import { type Inner, innerOfGre } from './key-gre.ts';
import { keyIcmp4, keyIcmp6 } from './key-icmp.ts';
import { isIsIs, keyIsIs } from './key-isis.ts';
import { KIND_ARP, KIND_IPV4, KIND_IPV6, KIND_MAC, KIND_RARP, word } from './key-kinds.ts';
import { hidesFromArgus, LONGEST_802_3, linkHeader } from './key-link.ts';
import { isWlan, keyWlan } from './key-wlan.ts';
import { LANE_KEY, type Lanes } from './lanes.ts';
import { KEY_WORDS } from './slot.ts';

export {
  KIND_ARP,
  KIND_IPV4,
  KIND_IPV6,
  KIND_ISIS,
  KIND_MAC,
  KIND_RARP,
  KIND_WLAN,
  TYPE_ISIS,
  TYPE_WLAN,
  word,
} from './key-kinds.ts';

/** Third byte of an IP key's first word when the packet is not a first fragment. */
export const TAG_FRAGMENT = 1;

/** A packet in a packet in a packet …: GRE inside GRE is followed this far, so no frame can make us loop. */
const MAX_GRE = 8;
/** Extension headers of one IPv6 packet; eight kinds exist and none may come often. */
const MAX_EXTENSIONS = 16;

const TCP = 6;
const UDP = 17;
const DNS_PORT = 53;

/**
 * The flow key of a packet, and what the meter needs to know of its headers, read straight from the
 * frame's bytes. One object is reused for all packets.
 *
 * Keys do not depend on who sent: the lower IPv4 address, the higher IPv6 address and the lower MAC
 * address come first, and `turned` says that the packet runs the other way.
 */
export class FlowKey {
  /** Word 0: kind, protocol << 8, tag << 16; then addresses, ports and what else tells flows apart. */
  readonly words: Int32Array = new Int32Array(KEY_WORDS);
  kind = 0;
  protocol = 0;
  turned = false;
  /** Not a first fragment: the key is that of its train of fragments. */
  fragment = false;
  /** First of several fragments. */
  leads = false;
  /** Where the IP header begins, and the transport behind it; the end of what was captured. */
  ipOffset = 0;
  upper = 0;
  end = 0;
  /** IP payload on the wire (behind extension headers), as the headers say it. */
  length = 0;
  tos = 0;
  /** Offset and length on the wire of a fragment's payload, and whether more follow. */
  fragmentOffset = 0;
  moreFragments = false;
  /** Bytes of the frame as Argus counts them: see {@link linkHeader}. */
  frameBytes = 0;
  /** ICMP: type and code as the record shows them. */
  icmpType = 0;
  icmpCode = 0;
  #bytes: Uint8Array = new Uint8Array(0);
  #wireEnd = 0;
  readonly #inner: Inner = { etherType: 0, offset: 0, macOffset: -1 };

  /** Reads the key. @returns false when the packet belongs to no flow */
  read(packet: Packet): boolean {
    this.fragment = false;
    this.leads = false;
    this.turned = false;
    this.end = packet.end;
    this.#bytes = packet.bytes;
    this.#wireEnd = packet.start + packet.originalLength;
    this.frameBytes = packet.originalLength - (packet.linkType === 1 ? 0 : linkHeader(packet));
    if (packet.linkType === 1 && hidesFromArgus(packet)) {
      return this.macs(packet.start + 6, packet.start);
    }
    const { network, networkOffset, etherType } = packet;
    if (packet.ipCount > 0 || network === 'ip') {
      const ipv6 = etherType === 0x86dd || (etherType !== 0x0800 && packet.ip[0]!.version === 6);
      return this.#readIp(packet, networkOffset, ipv6 ? 0x86dd : 0x0800);
    }
    if (network === 'arp') return this.#readArp(networkOffset);
    if (isWlan(packet)) return keyWlan(this, packet);
    return this.#readMac(packet);
  }

  /** Takes over the key of a plain frame: {@link read} without reading. */
  takeLane(lanes: Lanes, lane: number): void {
    const { bytes, key } = lanes;
    const start = lanes.start[lane]!;
    for (let i = 0; i < LANE_KEY; i++) this.words[i] = key[lane * LANE_KEY + i]!;
    this.kind = KIND_IPV4;
    this.protocol = bytes[start + 23]!;
    this.turned = lanes.turned[lane] === 1;
    this.fragment = false;
    this.leads = false;
    this.moreFragments = false;
    this.fragmentOffset = 0;
    this.ipOffset = start + 14;
    this.upper = start + 34;
    this.end = lanes.end[lane]!;
    this.length = ((bytes[start + 16]! << 8) | bytes[start + 17]!) - 20;
    this.tos = bytes[start + 15]!;
    this.frameBytes = lanes.originalLength[lane]!;
    this.#bytes = bytes;
  }

  /**
   * Reads the key of a packet quoted inside an ICMP error, as if it had been captured itself.
   * @returns false when its header was not captured
   */
  readQuoted(bytes: Uint8Array, offset: number, end: number): boolean {
    this.fragment = false;
    this.leads = false;
    this.turned = false;
    this.#bytes = bytes;
    this.end = end;
    this.#wireEnd = end;
    return offset + 20 <= end && this.#ipv4(offset);
  }

  #readIp(packet: Packet, first: number, firstType: number): boolean {
    const bytes = packet.bytes;
    let offset = first;
    let type = firstType;
    let outer = -1;
    for (let depth = 0; depth < MAX_GRE; depth++) {
      if (type === 0x86dd) return this.#ipv6(offset);
      if (!this.#looksIpv4(offset)) break;
      if (bytes[offset]! >> 4 === 6) return this.#ipv6(offset);
      if (bytes[offset + 9] !== 47) return this.#ipv4(offset);
      outer = offset;
      if (!innerOfGre(bytes, offset, this.end, this.#inner)) break;
      offset = this.#inner.offset;
      type = this.#inner.etherType;
      if (this.#inner.macOffset >= 0 && type !== 0x0800 && type !== 0x86dd) {
        return this.macs(this.#inner.macOffset + 6, this.#inner.macOffset);
      }
    }
    return outer >= 0 ? this.#ipv4(outer) : this.#readMac(packet);
  }

  #looksIpv4(offset: number): boolean {
    if (offset + 20 > this.end) return false;
    const bytes = this.#bytes;
    return ((bytes[offset + 2]! << 8) | bytes[offset + 3]!) >= 20;
  }

  #ipv4(offset: number): boolean {
    const bytes = this.#bytes;
    const words = this.words;
    const headerLength = (bytes[offset]! & 15) << 2;
    const flags = (bytes[offset + 6]! << 8) | bytes[offset + 7]!;
    const source = word(bytes, offset + 12);
    const destination = word(bytes, offset + 16);
    let protocol = bytes[offset + 9]!;
    let upper = offset + headerLength;
    this.kind = KIND_IPV4;
    this.ipOffset = offset;
    this.tos = bytes[offset + 1]!;
    this.length = ((bytes[offset + 2]! << 8) | bytes[offset + 3]!) - headerLength;
    this.moreFragments = (flags & 0x2000) !== 0;
    this.fragmentOffset = (flags & 0x1fff) << 3;
    words[4] = 0;
    if (this.fragmentOffset !== 0) {
      this.fragment = true;
      this.protocol = protocol;
      this.upper = upper;
      words[3] = (bytes[offset + 4]! << 8) | bytes[offset + 5]!;
      this.#order4(source, destination, source >>> 0 > destination >>> 0);
      words[0] = KIND_IPV4 | (protocol << 8) | (TAG_FRAGMENT << 16);
      return true;
    }
    this.leads = this.moreFragments;
    // An authentication header is passed over as if it had no more than its fixed fields.
    if (protocol === 51 && upper + 16 <= this.end) {
      protocol = bytes[upper]!;
      upper += 16;
    }
    this.protocol = protocol;
    this.upper = upper;
    words[0] = KIND_IPV4 | (protocol << 8);
    if (protocol === TCP || protocol === UDP) {
      let ports = 0;
      const least = protocol === TCP ? 20 : 8;
      if (this.length >>> 0 >= least && upper + 4 <= this.end) ports = word(bytes, upper);
      const from = ports >>> 16;
      const to = ports & 0xffff;
      if (protocol === UDP && (from === DNS_PORT || to === DNS_PORT) && upper + 10 <= this.end)
        words[4] = (bytes[upper + 8]! << 8) | bytes[upper + 9]!;
      const turned = source >>> 0 > destination >>> 0 || (source === destination && from > to);
      words[3] = turned ? (to << 16) | from : ports;
      this.#order4(source, destination, turned);
      return true;
    }
    words[3] = 0;
    words[1] = source;
    words[2] = destination;
    if (protocol === 1) return keyIcmp4(this, bytes);
    if (protocol === 2) return this.#igmp();
    if (protocol === 50) {
      if (upper + 8 > this.end) return false;
      words[3] = word(bytes, upper);
      return true;
    }
    this.#order4(source, destination, source >>> 0 > destination >>> 0);
    return true;
  }

  #order4(source: number, destination: number, turned: boolean): void {
    this.turned = turned;
    this.words[1] = turned ? destination : source;
    this.words[2] = turned ? source : destination;
  }

  /** IGMP is a flow from the host to the group, one for each IP identification. */
  #igmp(): boolean {
    const { upper, words } = this;
    const bytes = this.#bytes;
    if (upper + 4 > this.end) return false;
    const group = upper + 8 <= this.end ? word(bytes, upper + 4) : 0;
    if (bytes[upper] !== 0x11 || group !== 0) words[2] = group;
    words[3] = (bytes[upper]! << 24) | (bytes[upper + 1]! << 16);
    words[3] |= (bytes[this.ipOffset + 4]! << 8) | bytes[this.ipOffset + 5]!;
    return true;
  }

  #ipv6(offset: number): boolean {
    if (offset + 40 > this.end) return false;
    const bytes = this.#bytes;
    const words = this.words;
    this.kind = KIND_IPV6;
    this.ipOffset = offset;
    // Argus takes eight bits of the flow label for the traffic class.
    this.tos = ((bytes[offset + 2]! << 4) | (bytes[offset + 3]! >> 4)) & 0xff;
    let turned = false;
    for (let i = 0; i < 4; i++) {
      const source = word(bytes, offset + 8 + 4 * i) >>> 0;
      const destination = word(bytes, offset + 24 + 4 * i) >>> 0;
      if (source !== destination) {
        turned = source < destination;
        break;
      }
    }
    this.turned = turned;
    const low = turned ? offset + 24 : offset + 8;
    const high = turned ? offset + 8 : offset + 24;
    for (let i = 0; i < 4; i++) {
      words[1 + i] = word(bytes, low + 4 * i);
      words[5 + i] = word(bytes, high + 4 * i);
    }
    this.#extensions(offset + 40, bytes[offset + 6]!);
    words[9] = 0;
    words[10] = 0;
    const { upper, protocol } = this;
    this.length = this.#wireEnd - upper;
    words[0] = KIND_IPV6 | (protocol << 8);
    if (this.fragment) {
      words[0] |= TAG_FRAGMENT << 16;
      words[9] = this.#fragmentId;
      return true;
    }
    if (protocol === TCP || protocol === UDP) {
      const ports = upper + 4 <= this.end ? word(bytes, upper) : 0;
      words[9] = turned ? ((ports & 0xffff) << 16) | (ports >>> 16) : ports;
      return true;
    }
    if (protocol === 58) return keyIcmp6(this, bytes);
    return protocol !== 50;
  }

  #fragmentId = 0;

  #extensions(first: number, firstHeader: number): void {
    const bytes = this.#bytes;
    let at = first;
    let next = firstHeader;
    for (let i = 0; i < MAX_EXTENSIONS && at + 8 <= this.end; i++) {
      if (next === 44) {
        const field = (bytes[at + 2]! << 8) | bytes[at + 3]!;
        this.fragmentOffset = field & 0xfff8;
        this.moreFragments = (field & 1) !== 0;
        this.fragment = this.fragmentOffset !== 0;
        this.leads = !this.fragment && this.moreFragments;
        this.#fragmentId = word(bytes, at + 4);
        next = bytes[at]!;
        at += 8;
        if (this.fragment) break;
      } else if (next === 0 || next === 43 || next === 60) {
        next = bytes[at]!;
        at += (bytes[at + 1]! + 1) << 3;
      } else {
        if (next === 51 && at + 16 <= this.end) {
          next = bytes[at]!;
          at += 16;
        }
        break;
      }
    }
    this.protocol = next;
    this.upper = at;
  }

  /** The key of the train of fragments that this first fragment leads. */
  toTrain(): void {
    const { words, ipOffset } = this;
    const bytes = this.#bytes;
    const protocol = this.kind === KIND_IPV4 ? bytes[ipOffset + 9]! : this.protocol;
    words[0] = this.kind | (protocol << 8) | (TAG_FRAGMENT << 16);
    if (this.kind === KIND_IPV6) {
      words[9] = this.#fragmentId;
      words[10] = 0;
      // The train of a first IPv6 fragment always counts as running straight.
      this.turned = false;
      return;
    }
    const source = word(bytes, ipOffset + 12);
    const destination = word(bytes, ipOffset + 16);
    words[3] = (bytes[ipOffset + 4]! << 8) | bytes[ipOffset + 5]!;
    words[4] = 0;
    this.#order4(source, destination, source >>> 0 > destination >>> 0);
  }

  /** ARP: the asker is the originator, whoever was seen first. */
  #readArp(offset: number): boolean {
    const { words, end } = this;
    const bytes = this.#bytes;
    if (offset < 0 || offset + 8 > end) return false;
    const operation = (bytes[offset + 6]! << 8) | bytes[offset + 7]!;
    if (operation < 1 || operation > 4) return false;
    this.protocol = 0;
    if (operation > 2) return this.#readRarp(offset, operation);
    this.kind = KIND_ARP;
    words.fill(0);
    words[0] = KIND_ARP;
    if (bytes[offset + 5] !== 4) return true;
    const hardware = bytes[offset + 4]!;
    const sender = offset + 8;
    const target = sender + hardware + 4;
    if (target + hardware + 4 > end) return false;
    const reply = operation === 2;
    const asker = reply ? target : sender;
    this.turned = reply;
    words[1] = word(bytes, (reply ? target : sender) + hardware);
    words[2] = word(bytes, (reply ? sender : target) + hardware);
    words[3] = hardware >= 4 ? word(bytes, asker) : 0;
    words[4] = hardware >= 6 ? (bytes[asker + 4]! << 8) | bytes[asker + 5]! : 0;
    words[4] |= (bytes[offset]! << 24) | (bytes[offset + 1]! << 16);
    return true;
  }

  #readRarp(offset: number, operation: number): boolean {
    const { words } = this;
    const bytes = this.#bytes;
    if (offset + 28 > this.end) return false;
    const sender = operation === 3 ? offset + 18 : offset + 8;
    const target = operation === 3 ? offset + 8 : offset + 18;
    this.kind = KIND_RARP;
    words[0] = KIND_RARP | (operation << 16);
    words[1] = word(bytes, target);
    words[2] = (word(bytes, target + 4) & 0xffff0000) | (word(bytes, sender) >>> 16);
    words[3] = word(bytes, sender + 2);
    words[4] = operation === 4 ? word(bytes, offset + 24) : 0;
    return true;
  }

  #readMac(packet: Packet): boolean {
    if (isIsIs(packet) && keyIsIs(this, packet)) return true;
    const source = packet.sourceMacOffset;
    const destination = packet.destinationMacOffset;
    if (source < 0 || destination < 0) return false;
    const tagged = packet.network === 'llc' && packet.vlanCount > 0;
    const saps = tagged ? (packet.llcSsap << 16) | packet.llcDsap : -1;
    return this.macs(source, destination, saps);
  }

  /**
   * The key of two MAC addresses.
   * @param saps SSAP << 16 | DSAP; -1 when they stand right behind the length, or there are none
   * @param llcType instead of the EtherType behind the addresses
   */
  macs(source: number, destination: number, saps = -1, llcType = 0): boolean {
    const { words } = this;
    const bytes = this.#bytes;
    this.kind = KIND_MAC;
    this.protocol = 0;
    let order = 0;
    for (let i = 0; i < 6 && order === 0; i++) order = bytes[source + i]! - bytes[destination + i]!;
    const turned = order > 0;
    this.turned = turned;
    const low = turned ? destination : source;
    const high = turned ? source : destination;
    words[1] = word(bytes, low);
    words[2] = (bytes[low + 4]! << 24) | (bytes[low + 5]! << 16);
    words[2] |= (bytes[high]! << 8) | bytes[high + 1]!;
    words[3] = word(bytes, high + 2);
    // The type behind the addresses: of a tagged frame the tag's own.
    const at = Math.max(source, destination) + 6;
    let type = at + 2 <= this.end ? (bytes[at]! << 8) | bytes[at + 1]! : 0;
    let points = saps;
    if (points >= 0) type = llcType;
    else if (type <= LONGEST_802_3) {
      type = 0;
      points = at + 4 <= this.end ? (bytes[at + 3]! << 16) | bytes[at + 2]! : 0;
    } else points = 0;
    words[4] = turned ? (points << 16) | (points >>> 16) : points;
    words[0] = KIND_MAC | (type << 16);
    return true;
  }
}
