import { pathTo } from './log-path.js';

const series = (count: number, logged: number) => Array.from({ length: count }, (_, id) => ({ id, logged }));

describe('the way through the request log', () => {
  it('goes by index to what is rare', () => {
    expect(pathTo(series(2, 3), 5_000_000, 51)).toHaveLength(2);
    expect(pathTo(series(500, 1), 5_000_000, 51)).toHaveLength(500);
  });

  it('walks to what is frequent and spread over many series', () => {
    expect(pathTo(series(2_000, 2_000), 5_000_000, 51)).toBeNull();
  });
});
