export { ADDRESS_STRIDE, CLOSE_REASONS, type CloseReason, FlowBatch } from './flow.ts';
export { argusSchema } from './views/argus-schema.ts';
