export type { LogOptions, TlsFiles } from './app.ts';
export { createService, type Service, type ServiceOptions } from './create-service.ts';
export { LIMITS, type ServiceLimits } from './limits.ts';
export type { ServiceModel } from './models.ts';
export { type Access, ROUTES, type RouteName } from './route-table.ts';
