export { type Access, ROUTES, type RouteName } from './route-table.ts';
