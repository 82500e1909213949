import { createSocket, type Socket } from 'node:dgram';

/** A name server on this machine. `answer` gives the IPv4 addresses of a name, each time it is asked for. */
export class NameServer {
  private constructor(
    private readonly socket: Socket,
    readonly address: string,
  ) {}

  static async open(answer: (name: string) => string[]): Promise<NameServer> {
    const socket = createSocket('udp4');
    socket.on('message', (question, { port, address }) =>
      socket.send(reply(question, answer), port, address),
    );
    await new Promise<void>(bound => socket.bind(0, '127.0.0.1', bound));
    return new NameServer(socket, `127.0.0.1:${socket.address().port}`);
  }

  close(): void {
    this.socket.close();
  }
}

/** A whole answer (RFC 1035, 4.1) to one question for IPv4 addresses; to other kinds, that there are none. */
function reply(question: Buffer, answer: (name: string) => string[]): Buffer {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at]!; length > 0; length = question[at]!) {
    labels.push(question.toString('ascii', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const end = at + 5;
  const isA = question.readUInt16BE(at + 1) === 1;
  const addresses = isA ? answer(labels.join('.')) : [];
  const header = Buffer.from(question.subarray(0, 12));
  header.writeUInt16BE(0x8180, 2);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt32BE(0, 8);
  const records = addresses.map(address =>
    Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...address.split('.').map(Number)]),
  );
  return Buffer.concat([header, question.subarray(12, end), ...records]);
}
