import { DeliverySlots } from './delivery-slots.js';

/** Work that ends when the test says so; `begun` tells in which order it began. */
function stage(slots: DeliverySlots) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const begin = (group: string, name: string) =>
    slots.run(group, () => {
      begun.push(name);
      return new Promise<void>(resolve => ends.set(name, resolve));
    });
  const end = async (name: string) => {
    ends.get(name)!();
    for (let i = 0; i < 5; i++) await Promise.resolve();
  };
  return { begun, begin, end };
}

it('bounds all, and each group', () => {
  const { begun, begin } = stage(new DeliverySlots(3, 2));
  for (const name of ['a1', 'a2', 'a3']) void begin('a', name);
  for (const name of ['b1', 'b2']) void begin('b', name);
  expect(begun).toEqual(['a1', 'a2', 'b1']);
});

it('gives a free slot to the group that has the fewest, then to whoever has waited longest', async () => {
  const { begun, begin, end } = stage(new DeliverySlots(3, 2));
  for (const name of ['a1', 'a2', 'a3', 'a4']) void begin('a', name);
  for (const name of ['b1', 'b2']) void begin('b', name);
  void begin('c', 'c1');
  await end('a1');
  expect(begun.at(-1)).toBe('c1');
  await end('c1');
  expect(begun.at(-1)).toBe('a3');
  await end('b1');
  expect(begun.at(-1)).toBe('b2');
});

it('frees the slot of work that fails', async () => {
  const slots = new DeliverySlots(1, 1);
  await expect(slots.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(slots.run('a', () => Promise.resolve('done'))).resolves.toBe('done');
});
