import { dirname, join, relative, sep } from 'node:path';

const PROJECT_PARTS = ['projects', 'teams', 'usage', 'notifications'];

/**
 * Which modules a module may import from: "Who may import whom". Downward only. Nobody is allowed `auth`,
 * so that controllers know nothing of how a principal came to be.
 */
export const LAYERS = {
  notifications: [],
  roles: [],
  audit: [],

  usage: [],
  quota: [],

  users: ['notifications'],

  invitations: ['users', 'notifications'],

  organizations: ['users', 'invitations', 'usage', 'quota', 'notifications', 'audit'],

  teams: ['users', 'roles', 'invitations', 'organizations', 'notifications'],

  projects: ['users', 'invitations', 'organizations', 'teams', 'notifications'],

  'api-keys': ['roles', 'teams', 'projects', 'organizations', 'usage', 'quota', 'notifications'],
  media: ['projects'],
  customers: ['projects'],
  webhooks: PROJECT_PARTS,
  alerts: PROJECT_PARTS,
  settings: PROJECT_PARTS,
  environments: PROJECT_PARTS,

  ledger: ['customers'],
  slots: ['customers'],
  entitlements: ['customers'],

  auth: [
    ...['notifications', 'roles', 'audit', 'usage', 'quota', 'users', 'invitations', 'organizations'],
    ...['teams', 'projects'],
    ...['api-keys', 'media', 'customers', 'webhooks', 'alerts', 'settings', 'environments'],
  ],
  // What they are about, these know through the kernel's facets only.
  reports: ['projects', 'users', 'notifications'],
  retention: [],
  health: [],
};

/**
 * The same within the kernel, bottom up. A place is a folder or, where one file belongs further down than the rest
 * of its folder, that file without its extension. A file belongs to the longest place that its path begins with. It
 * may import its own place, the places inside it, and those listed.
 */
export const KERNEL_LAYERS = {
  text: [],
  network: [],
  errors: [],
  logging: [],
  access: [],
  redis: [],
  'event-log': [],
  config: ['network'],
  crypto: ['config'],
  context: ['access', 'errors', 'event-log'],
  database: ['config', 'context', 'errors', 'event-log'],
  'access-cache': ['database', 'event-log'],
  buffers: ['database'],
  facets: ['access', 'context', 'database', 'errors', 'event-log'],
  'app-secret': ['config', 'context', 'crypto', 'database', 'facets'],
  attempts: ['config', 'crypto', 'errors', 'network', 'redis'],
  outgoing: ['config', 'network'],
  storage: ['config', 'context', 'crypto', 'errors'],
  backup: ['config', 'database', 'storage'],

  jobs: ['config', 'context', 'database', 'errors', 'redis'],
  'metrics/meters': [],
  outbox: ['config', 'context', 'database', 'errors', 'jobs', 'metrics/meters'],
  mutations: ['context', 'database', 'errors', 'event-log', 'facets', 'jobs', 'text'],
  routes: ['access', 'errors', 'event-log', 'mutations'],

  'http/hot-path': [],
  http: ['config', 'database', 'errors', 'network', 'text'],
  visibility: ['access', 'context', 'errors', 'event-log', 'facets', 'http', 'routes'],
  pages: ['access', 'errors', 'event-log', 'http', 'mutations', 'routes'],
  openapi: [
    ...['access', 'config', 'context', 'database', 'errors', 'event-log', 'mutations', 'routes'],
    'visibility',
  ],
  metrics: ['buffers', 'config', 'database', 'errors', 'http', 'jobs', 'outbox'],
};

/** What stays inside its module: others go through its service. */
const PRIVATE = /\.(entity|repository|controller|facet)(\.js|\.ts)?$/;

/**
 * Why one file may not import another, or null when it may. Both are paths relative to `src`, with
 * forward slashes.
 */
export function violation(importer, imported) {
  const from = areaOf(importer);
  const to = areaOf(imported);
  if (from.area === 'root') return null;
  if (to.area === 'kernel') return from.area === 'kernel' ? kernelViolation(importer, imported) : null;
  if (from.area !== 'modules') {
    return to.area === from.area ? null : `${from.area} imports nothing but the kernel, so not ${imported}`;
  }
  if (!Object.hasOwn(LAYERS, from.module))
    return `module ${from.module} is missing from LAYERS in lint/layers.mjs`;
  if (to.area !== 'modules') return `a module imports the kernel and modules below it, so not ${imported}`;
  if (to.module === from.module) return null;
  if (!LAYERS[from.module].includes(to.module)) {
    const allowed = LAYERS[from.module].join(', ') || 'no module';
    return `module ${from.module} may not import ${to.module} (it may import: ${allowed})`;
  }
  if (PRIVATE.test(imported)) return `${imported} belongs to module ${to.module} alone: use its service`;
  return null;
}

function kernelViolation(importer, imported) {
  const from = kernelPlaceOf(importer);
  const to = kernelPlaceOf(imported);
  if (from === null || to === null)
    return `${from === null ? importer : imported} has no place in KERNEL_LAYERS in lint/layers.mjs`;
  if (to === from || to.startsWith(`${from}/`) || KERNEL_LAYERS[from].includes(to)) return null;
  const allowed = KERNEL_LAYERS[from].join(', ') || 'nothing else of the kernel';
  return `kernel/${from} may not import kernel/${to} (it may import: ${allowed})`;
}

/** The longest place of KERNEL_LAYERS that a path of the kernel is in, or null. */
function kernelPlaceOf(path) {
  const parts = path
    .replace(/\.[jt]s$/, '')
    .split('/')
    .slice(1);
  for (; parts.length; parts.pop()) {
    const place = parts.join('/');
    if (Object.hasOwn(KERNEL_LAYERS, place)) return place;
  }
  return null;
}

/** `root` is what puts everything together: app.module.ts, main.ts, server.ts and their like, and the command line. */
function areaOf(path) {
  const [area, module] = path.split('/');
  if (!path.includes('/') || area === 'cli') return { area: 'root' };
  return area === 'modules' ? { area, module } : { area };
}

/** The ESLint rule: {@link violation} for every relative import of a file under `src`. */
export const layers = {
  meta: { type: 'problem', schema: [], messages: { forbidden: '{{reason}}.' } },
  create(context) {
    const src = join(context.cwd, 'src');
    const importer = relativeTo(src, context.filename);
    if (importer === null) return {};
    const check = source => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const imported = relativeTo(src, join(dirname(context.filename), source.value));
      const reason = imported && violation(importer, imported);
      if (reason) context.report({ node: source, messageId: 'forbidden', data: { reason } });
    };
    return {
      ImportDeclaration: node => check(node.source),
      ExportNamedDeclaration: node => check(node.source),
      ExportAllDeclaration: node => check(node.source),
      ImportExpression: node => check(node.source),
      TSImportType: node => check(node.source),
    };
  },
};

function relativeTo(folder, path) {
  const result = relative(folder, path);
  return result.startsWith('..') ? null : result.split(sep).join('/');
}
