import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { codeOf } from '../support/answers.js';
import { describeOn, type FreshDatabase } from '../support/lane.js';
import { migratedDatabase } from '../support/migrated-database.js';
import { Scene } from '../support/scene.js';
import { waitFor } from '../support/wait-for.js';

/** Stands between the server and its database, and can stop passing anything on, as a frozen machine would. */
class Between {
  private readonly sockets = new Set<Socket>();
  private frozen = false;

  private constructor(
    private readonly server: Server,
    private readonly target: { host: string; port: number },
  ) {
    server.on('connection', near => this.join(near));
  }

  static async before(host: string, port: number): Promise<Between> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new Between(server, { host, port });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  thaw(): void {
    this.frozen = false;
    for (const socket of this.sockets) socket.resume();
  }

  close(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private join(near: Socket): void {
    const far = connect(this.target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from);
      from.on('data', data => to.write(data));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
      if (this.frozen) from.pause();
    }
  }
}

describeOn('mariadb')('a database that does not answer', () => {
  let fresh: FreshDatabase;
  let between: Between;
  let scene: Scene;

  beforeAll(async () => {
    fresh = await migratedDatabase();
    const url = new URL(fresh.url);
    between = await Between.before(url.hostname, Number(url.port || 3306));
    url.host = `127.0.0.1:${between.port}`;
    scene = await Scene.open({ DATABASE_URL: url.href });
  });

  afterAll(async () => {
    between?.thaw();
    await scene?.close();
    between?.close();
    await fresh?.drop();
  });

  it('leaves nobody waiting, reader or writer, and serves again once it answers', async () => {
    const { api, root } = scene;
    between.freeze();
    // More than the pool has connections.
    const reads = Array.from({ length: 25 }, () => api.get('/v1/users', root));
    const write = api.post('/v1/organizations', { name: 'Elsewhere' }, root);
    for (const answer of await Promise.all([...reads, write])) {
      expect(codeOf(answer)).toEqual([503, 'database_unavailable']);
      expect(answer.headers.get('retry-after')).toBe('5');
    }
    between.thaw();
    await waitFor('the server to serve again', async () => (await api.get('/v1/users', root)).status === 200);
  });
});
