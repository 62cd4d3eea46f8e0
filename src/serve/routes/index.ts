import type { App, Serving } from '../serving.ts';
import { alertRoutes } from './alerts.ts';
import { fileRoutes } from './files.ts';
import { sessionRoutes } from './session.ts';

/** All routes: adding a file of routes adds a line here. */
const ALL = [sessionRoutes, alertRoutes, fileRoutes] as const;

/** Adds all routes to the app. */
export function addRoutes(app: App, serving: Serving): void {
  for (const add of ALL) add(app, serving);
}
