import type { App, Serving } from '../serving.ts';
import { alertRoutes } from './alerts.ts';
import { fileRoutes } from './files.ts';
import { flowRoutes } from './flows.ts';
import { healthRoutes } from './health.ts';
import { hostRoutes } from './hosts.ts';
import { huntRoutes } from './hunts.ts';
import { jobRoutes } from './jobs.ts';
import { labelRoutes } from './labels.ts';
import { modelRoutes } from './models.ts';
import { overviewRoutes } from './overview.ts';
import { peopleRoutes } from './people.ts';
import { sessionRoutes } from './session.ts';
import { settingRoutes } from './settings.ts';
import { sliceRoutes } from './slice.ts';
import { streamRoutes } from './stream.ts';
import { suppressionRoutes } from './suppressions.ts';

/** All routes: adding a file of routes adds a line here. */
const ALL = [
  healthRoutes,
  sessionRoutes,
  overviewRoutes,
  streamRoutes,
  alertRoutes,
  sliceRoutes,
  labelRoutes,
  suppressionRoutes,
  hostRoutes,
  flowRoutes,
  huntRoutes,
  fileRoutes,
  jobRoutes,
  modelRoutes,
  settingRoutes,
  peopleRoutes,
] as const;

/** Adds all routes to the app. */
export function addRoutes(app: App, serving: Serving): void {
  for (const add of ALL) add(app, serving);
}
