/** Where blobs are kept in an S3-compatible store, as `S3_URL` says it. Credentials come from the usual AWS variables. */
export interface S3Place {
  readonly bucket: string;
  /** What every key begins with: empty, or ending in a slash. */
  readonly prefix: string;
  /** Null for AWS itself. */
  readonly endpoint: string | null;
  readonly region: string | null;
  /** Whether the bucket is a part of the path rather than of the host name. */
  readonly pathStyle: boolean;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^[\w.-]+(?:\/[\w.-]+)*$/;
const REGION = /^[a-z0-9-]{1,50}$/;
const PARAMETERS = new Set(['endpoint', 'region', 'path_style']);

/** Reads `s3://bucket/prefix?endpoint=…&region=…&path_style=true`; answers the place, or everything that is wrong with it. */
export function parseS3Url(value: string): { place: S3Place | null; mistakes: string[] } {
  if (!URL.canParse(value) || new URL(value).protocol !== 's3:')
    return { place: null, mistakes: ['must be s3://bucket/prefix?endpoint=…&region=…&path_style=true'] };
  const url = new URL(value);
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '');
  const endpoint = url.searchParams.get('endpoint');
  const region = url.searchParams.get('region');
  const pathStyle = url.searchParams.get('path_style') ?? 'false';
  const names = [...url.searchParams.keys()];
  const unknown = names.filter(name => !PARAMETERS.has(name));
  const wrong: [boolean, string][] = [
    [!BUCKET.test(url.host), 'must name a bucket: 3 to 63 lower-case letters, digits, dots and hyphens'],
    [prefix !== '' && !isPrefix(prefix), 'must have a prefix of letters, digits and . _ - between slashes'],
    [
      url.username !== '' || url.password !== '',
      'must hold no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    ],
    [url.hash !== '', 'must have no fragment'],
    [unknown.length > 0, `has unknown parameters: ${unknown.join(', ')}`],
    [new Set(names).size < names.length, 'has a parameter twice'],
    [
      endpoint !== null && !isEndpoint(endpoint),
      'endpoint must be an http:// or https:// URL of a host only',
    ],
    [region !== null && !REGION.test(region), 'region must be a name such as eu-central-1'],
    [pathStyle !== 'true' && pathStyle !== 'false', 'path_style must be true or false'],
  ];
  const mistakes = wrong.filter(([is]) => is).map(([, mistake]) => mistake);
  if (mistakes.length > 0) return { place: null, mistakes };
  const place = { bucket: url.host, prefix: prefix && `${prefix}/`, endpoint, region };
  return { place: { ...place, pathStyle: pathStyle === 'true' }, mistakes };
}

function isPrefix(prefix: string): boolean {
  return PREFIX.test(prefix) && !prefix.split('/').some(part => part === '.' || part === '..');
}

function isEndpoint(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, pathname, search, hash, username } = new URL(value);
  const isHttp = protocol === 'http:' || protocol === 'https:';
  return isHttp && pathname === '/' && !search && !hash && !username;
}
