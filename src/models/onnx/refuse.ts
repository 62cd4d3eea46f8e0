import { WiresiftError } from '../../base/index.ts';

/** What cannot be said in ONNX. @throws WiresiftError `MODEL_EXPORT` always */
export function refuseExport(where: string, saw: string, expected: string, todo: string): never {
  throw new WiresiftError({ code: 'MODEL_EXPORT', where: `export, ${where}`, saw, expected, todo });
}
