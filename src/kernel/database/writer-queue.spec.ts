import { WriterQueue } from './writer-queue.js';

describe('WriterQueue', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('lends to one at a time, in the order of asking', async () => {
    const queue = new WriterQueue();
    const order: number[] = [];
    let holders = 0;
    const turn = async (number: number) => {
      const release = await queue.acquire();
      expect(++holders).toBe(1);
      await Promise.resolve();
      order.push(number);
      holders--;
      release();
    };
    await Promise.all([1, 2, 3, 4].map(turn));
    expect(order).toEqual([1, 2, 3, 4]);
  });

  it('fails who waits longer than the deadline, and forgets them', async () => {
    const queue = new WriterQueue(1_000);
    const release = await queue.acquire();
    const tooLate = queue.acquire();
    const expectation = expect(tooLate).rejects.toMatchObject({ code: 'database_busy', retryAfter: 1 });
    await jest.advanceTimersByTimeAsync(600);
    const inTime = queue.acquire();
    await jest.advanceTimersByTimeAsync(400);
    await expectation;
    release();
    await expect(inTime).resolves.toBeInstanceOf(Function);
  });

  it('keeps no timer of those who got their turn', async () => {
    const queue = new WriterQueue();
    const release = await queue.acquire();
    const next = queue.acquire();
    release();
    (await next)();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('takes a turn given back twice as given back once', async () => {
    const queue = new WriterQueue(100);
    const release = await queue.acquire();
    const second = queue.acquire();
    release();
    release();
    await second;
    const third = expect(queue.acquire()).rejects.toMatchObject({ code: 'database_busy' });
    await jest.advanceTimersByTimeAsync(100);
    await third;
  });
});
