import { cdnPath, withoutName } from './media-url.js';

const path = (name: string) => cdnPath({ project_id: 'prj_1', id: 'med_1', name });

describe('cdnPath', () => {
  it.each([
    ['Logo.png', 'Logo.png'],
    ['a b?#%.txt', 'a%20b%3F%23%25.txt'],
    ['../../etc/passwd', '..-..-etc-passwd'],
    ['C:\\x', 'C%3A-x'],
    ['..', 'file'],
    ['.', 'file'],
    ['🦊', '%F0%9F%A6%8A'],
  ])('ends in the name, made harmless: %s', (name, segment) => {
    expect(path(name)).toBe(`/cdn/prj_1/med_1/${segment}`);
  });

  it('is short enough for every router, and keeps the ending', () => {
    const long = path(`${'🦊'.repeat(200)}.jpeg`);
    expect(long.length).toBeLessThan(1_000);
    expect(long).toMatch(/%8A\.jpeg$/);
  });

  it('can be had without the name', () => {
    expect(withoutName(`https://x${path('secret plan.txt')}?expires=1&signature=2`)).toBe(
      'https://x/cdn/prj_1/med_1/file?expires=1&signature=2',
    );
  });
});
