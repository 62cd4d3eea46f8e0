/** Shared memory that kernels work on. */
export interface KernelMemory {
  readonly buffer: SharedArrayBuffer;
}

const compiled = new Map<string, WebAssembly.Module | undefined>();

function compile(text: string): WebAssembly.Module | undefined {
  if (typeof WebAssembly === 'undefined') return undefined;
  try {
    return new WebAssembly.Module(Buffer.from(text, 'base64'));
  } catch {
    // An engine without these instructions.
    return undefined;
  }
}

/**
 * The module of a text of base64, compiled once; undefined where Node runs without WebAssembly
 * (`--jitless`) or lacks its instructions.
 */
export function moduleOf(text: string): WebAssembly.Module | undefined {
  if (!compiled.has(text)) compiled.set(text, compile(text));
  return compiled.get(text);
}

/** The kernels of that text on that memory; plain ones where {@link moduleOf} has none. */
export function instantiate<Kernels>(
  text: string,
  memory: KernelMemory,
  plain: (buffer: SharedArrayBuffer) => Kernels,
): Kernels {
  const module = moduleOf(text);
  if (!module) return plain(memory.buffer);
  // Where a browser's types are at hand too (the console's check), they know no shared memory.
  return new WebAssembly.Instance(module, { env: { memory: memory as never } }).exports as Kernels;
}
