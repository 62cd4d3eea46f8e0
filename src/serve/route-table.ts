import type { RoleName } from './wire.ts';

/** Who may call a route: a role and those above it, or anybody. */
export type Access = RoleName | 'public';

/**
 * Every route with who may call it. The service refuses to start with a route that is not here, and
 * tests walk this table: it is the one place where rights are written down.
 */
export const ROUTES = {
  'GET /healthz': 'public',
  'GET /readyz': 'public',
  'GET /metrics': 'viewer',
  'GET /api/openapi.json': 'viewer',

  'GET /api/session': 'public',
  'POST /api/session': 'public',
  'DELETE /api/session': 'viewer',
  'POST /api/session/password': 'viewer',

  'GET /api/overview': 'viewer',
  'GET /api/people': 'viewer',
  'GET /api/stream': 'viewer',

  'GET /api/alerts': 'viewer',
  'GET /api/alerts/counts': 'viewer',
  'GET /api/alerts/groups': 'viewer',
  'POST /api/alerts/judge': 'analyst',
  'POST /api/alerts/judge-matching': 'analyst',
  'POST /api/alerts/undo': 'analyst',
  'GET /api/alerts/:id': 'viewer',
  'GET /api/alerts/:id/history': 'viewer',
  'GET /api/alerts/:id/usual': 'viewer',
  'GET /api/alerts/:id/flows': 'viewer',
  'GET /api/alerts/:id/flows.csv': 'viewer',
  'GET /api/alerts/:id/pcap': 'analyst',
  'GET /api/alerts/:id/labels': 'viewer',
  'POST /api/alerts/:id/labels': 'analyst',
  'DELETE /api/labels/:id': 'analyst',
  'POST /api/labels/:id/review': 'analyst',

  'GET /api/suppressions': 'viewer',
  'POST /api/suppressions': 'analyst',
  'PATCH /api/suppressions/:id': 'analyst',
  'DELETE /api/suppressions/:id': 'analyst',

  'GET /api/hosts': 'viewer',
  'GET /api/hosts/:id': 'viewer',
  'PATCH /api/hosts/:id': 'analyst',

  'GET /api/flows/views': 'viewer',
  'POST /api/flows/query': 'viewer',
  'POST /api/flows/count': 'viewer',
  'POST /api/flows/histogram': 'viewer',
  'POST /api/flows/distinct': 'viewer',
  'GET /api/flows.csv': 'viewer',

  'GET /api/hunts': 'viewer',
  'POST /api/hunts': 'analyst',
  'PATCH /api/hunts/:id': 'analyst',
  'DELETE /api/hunts/:id': 'analyst',

  'GET /api/files': 'viewer',
  'POST /api/files': 'analyst',
  'GET /api/files/:id': 'viewer',
  'HEAD /api/files/:id/content': 'analyst',
  'PUT /api/files/:id/content': 'analyst',
  'GET /api/files/:id/content': 'analyst',
  'GET /api/files/:id/consequences': 'viewer',
  'DELETE /api/files/:id': 'analyst',

  'GET /api/jobs': 'viewer',
  'GET /api/jobs/:id': 'viewer',
  'POST /api/jobs/:id/cancel': 'analyst',
  'POST /api/jobs/:id/retry': 'analyst',

  'GET /api/models': 'viewer',
  'GET /api/models/:id': 'viewer',
  'PATCH /api/models/:id': 'administrator',
  'POST /api/models/:id/threshold': 'administrator',

  'GET /api/settings': 'viewer',
  'PUT /api/settings': 'administrator',

  'GET /api/users': 'administrator',
  'POST /api/users': 'administrator',
  'PATCH /api/users/:id': 'administrator',
  'DELETE /api/users/:id': 'administrator',

  'GET /api/tokens': 'viewer',
  'POST /api/tokens': 'viewer',
  'DELETE /api/tokens/:id': 'viewer',

  'GET /api/audit': 'administrator',
} as const satisfies Readonly<Record<string, Access>>;

/** A key of {@link ROUTES}: method, blank, path. */
export type RouteName = keyof typeof ROUTES;
