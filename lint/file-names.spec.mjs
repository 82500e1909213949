import { misnamed } from './file-names.mjs';

describe('misnamed', () => {
  it.each(['src/modules/teams/member.service.ts', 'test/support/lane.ts', 'src/main.ts'])(
    'accepts %s',
    path => {
      expect(misnamed(path)).toBeNull();
    },
  );

  it.each([
    'src/modules/teams/index.ts',
    'src/kernel/utils/dates.ts',
    'test/helpers/client.ts',
    'src/common/x.ts',
  ])('refuses %s', path => {
    expect(misnamed(path)).toContain(path);
  });
});
