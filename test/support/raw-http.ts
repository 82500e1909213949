import { once } from 'node:events';
import { connect } from 'node:net';

/** Sends bytes to a server as they are, past every client's good manners, and answers what it sends until it closes. */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', chunk => chunks.push(chunk));
  // A server that refuses early may close while the rest is still being sent.
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('utf8');
}

/** A raw answer, taken apart. */
export function parseRaw(answer: string): { status: number; headers: Headers; body: any } {
  const end = answer.indexOf('\r\n\r\n');
  const [line, ...fields] = answer.slice(0, end).split('\r\n');
  const headers = new Headers(
    fields.map(field => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon), field.slice(colon + 1).trim()] as [string, string];
    }),
  );
  return { status: Number(line!.split(' ')[1]), headers, body: JSON.parse(answer.slice(end + 4)) };
}
