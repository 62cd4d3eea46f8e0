/** The pages of the menu, in its order, each with the key that opens it after `g`. */
export const PAGES = [
  { path: '/', title: 'Overview', key: 'o' },
  { path: '/alerts', title: 'Alerts', key: 'a' },
  { path: '/hosts', title: 'Hosts', key: 'h' },
  { path: '/flows', title: 'Flows', key: 'f' },
  { path: '/files', title: 'Files', key: 'u' },
  { path: '/models', title: 'Models', key: 'm' },
  { path: '/settings', title: 'Settings', key: 's' },
] as const;
