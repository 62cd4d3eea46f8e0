export type { LogOptions, TlsFiles } from './app.ts';
export { LIMITS, type ServiceLimits } from './limits.ts';
export { type Access, ROUTES, type RouteName } from './route-table.ts';
export { createService, type Service, type ServiceOptions } from './service.ts';
