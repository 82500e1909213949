import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export const S3_KEY = { id: 'test-access-key', secret: 'test-secret-key' };
export const BUCKET = 'files';

/** A small S3-compatible store: as much of the protocol as the server uses, every request's signature (version 4) checked. */
export class S3Server {
  readonly objects = new Map<string, { bytes: Buffer; at: Date }>();
  readonly uploads = new Map<string, { key: string; parts: Map<number, Buffer>; at: Date }>();
  /** How requests are answered instead: a status, or silence. */
  broken: number | 'silent' | null = null;
  private server: Server | null = null;
  private next = 1;
  port = 0;

  async start(): Promise<this> {
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise(resolve => this.server?.close(resolve));
  }

  /** `S3_URL` of it. */
  get url(): string {
    return `s3://${BUCKET}/bailiwick?endpoint=http://127.0.0.1:${this.port}&region=eu-central-1&path_style=true`;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    if (this.broken === 'silent') return;
    const body = Buffer.concat(chunks);
    const url = new URL(request.url!, 'http://s3');
    const [status, answer, headers = {}] = this.broken
      ? [this.broken, errorXml('ServiceUnavailable')]
      : isSigned(request, url, body)
        ? this.respond(request, url, body)
        : [403, errorXml('SignatureDoesNotMatch')];
    response.writeHead(status, { 'content-length': answer.length, ...headers }).end(answer);
  }

  private respond(
    { method, headers }: IncomingMessage,
    { pathname, searchParams }: URL,
    body: Buffer,
  ): [status: number, body: Buffer | string, headers?: Record<string, string>] {
    const [, bucket, ...rest] = decodeURIComponent(pathname).split('/');
    const key = rest.join('/');
    const uploadId = searchParams.get('uploadId') ?? '';
    if (bucket !== BUCKET) return [404, errorXml('NoSuchBucket')];
    if (method === 'GET' && searchParams.has('uploads')) return [200, this.listUploads(searchParams)];
    if (method === 'GET' && searchParams.get('list-type') === '2')
      return [200, this.listObjects(searchParams)];
    if (method === 'GET') return this.read(key, headers.range);
    if (method === 'POST' && searchParams.has('uploads')) {
      const id = `upload-${this.next++}`;
      this.uploads.set(id, { key, parts: new Map(), at: new Date() });
      return [200, `<R><Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId></R>`];
    }
    if (uploadId) return this.ofUpload(method!, uploadId, Number(searchParams.get('partNumber')), body);
    if (method === 'PUT') {
      this.objects.set(key, { bytes: body, at: new Date() });
      return [200, '', { etag: etagOf(body) }];
    }
    if (method === 'DELETE') this.objects.delete(key);
    return method === 'DELETE' ? [204, ''] : [405, errorXml('MethodNotAllowed')];
  }

  private ofUpload(method: string, id: string, part: number, body: Buffer): ReturnType<S3Server['respond']> {
    const upload = this.uploads.get(id);
    if (!upload) return [404, errorXml('NoSuchUpload')];
    if (method === 'PUT') {
      upload.parts.set(part, body);
      return [200, '', { etag: etagOf(body) }];
    }
    this.uploads.delete(id);
    if (method === 'DELETE') return [204, ''];
    const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)</g)].map(([, number]) => Number(number));
    const bytes = Buffer.concat(numbers.map(number => upload.parts.get(number)!));
    this.objects.set(upload.key, { bytes, at: new Date() });
    return [200, `<R><Key>${upload.key}</Key><ETag>${etagOf(bytes)}</ETag></R>`];
  }

  private read(key: string, range: string | undefined): ReturnType<S3Server['respond']> {
    const object = this.objects.get(key);
    if (!object) return [404, errorXml('NoSuchKey')];
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    if (start === undefined) return [200, object.bytes];
    return [206, object.bytes.subarray(Number(start), Number(end) + 1)];
  }

  private listUploads(query: URLSearchParams): string {
    const found = [...this.uploads].filter(([, { key }]) => key.startsWith(query.get('prefix') ?? ''));
    const rows = found.map(
      ([id, { key, at }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${at.toISOString()}</Initiated></Upload>`,
    );
    return `<R>${rows.join('')}<IsTruncated>false</IsTruncated></R>`;
  }

  /** Two to a page, so that pages are turned. */
  private listObjects(query: URLSearchParams): string {
    const after = query.get('continuation-token') ?? '';
    const keys = [...this.objects.keys()]
      .filter(key => key.startsWith(query.get('prefix') ?? '') && key > after)
      .sort();
    const page = keys.slice(0, 2);
    const rows = page.map(
      key =>
        `<Contents><Key>${key}</Key><LastModified>${this.objects.get(key)!.at.toISOString()}</LastModified></Contents>`,
    );
    const more = keys.length > 2;
    const token = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
    return `<R>${rows.join('')}<IsTruncated>${more}</IsTruncated>${token}</R>`;
  }
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function errorXml(code: string): string {
  return `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
}

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

/** Checks an AWS signature, version 4: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function isSigned(
  { method, headers }: IncomingMessage,
  { pathname, searchParams }: URL,
  body: Buffer,
): boolean {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/;
  const [, id, date, region, signed, signature] = pattern.exec(headers.authorization ?? '') ?? [];
  const payload = String(headers['x-amz-content-sha256']);
  if (id !== S3_KEY.id || !signed || (payload !== 'UNSIGNED-PAYLOAD' && payload !== sha256(body)))
    return false;
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
  const named = signed
    .split(';')
    .map(name => `${name}:${String(headers[name]).trim()}\n`)
    .join('');
  const canonical = [method, pathname, query, named, signed, payload].join('\n');
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [date!, region!, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${S3_KEY.secret}`);
  return hmac(key, text).toString('hex') === signature;
}
