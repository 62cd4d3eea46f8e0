import { block, body, enhanced, interfaceBlock, section } from '../../capture/build.ts';

/** A sound packet, then a block whose length is zero: a reader that trusts it never moves on. */
export function make(): Uint8Array {
  const stuck = block(6, body(40));
  stuck.writeUInt32LE(0, 4);
  return Buffer.concat([
    section(),
    interfaceBlock(),
    enhanced(body(60)),
    stuck,
    enhanced(body(60)),
  ]);
}
