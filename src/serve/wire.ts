/**
 * Everything that passes between the service and its callers: requests and responses as schemas, and
 * their types under the same names. The service validates with them, its OpenAPI description is made
 * of them, and the console takes its types from here.
 */
export * from './wire/alerts.ts';
export * from './wire/files.ts';
export * from './wire/models.ts';
export * from './wire/overview.ts';
export * from './wire/session.ts';
export * from './wire/terms.ts';
export * from './wire/traffic.ts';
