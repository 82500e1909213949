import { misnamed } from './file-names.mjs';

describe('misnamed', () => {
  it.each([
    'src/modules/teams/member.service.ts',
    'test/support/lane.ts',
    'src/main.ts',
    'test/e2e/roles.e2e-spec.ts',
    'test/e2e/roles.visibility.e2e-spec.ts',
    'test/e2e/http.e2e-spec.ts',
  ])('accepts %s', path => {
    expect(misnamed(path)).toBeNull();
  });

  it.each([
    'src/modules/teams/index.ts',
    'src/kernel/utils/dates.ts',
    'test/helpers/client.ts',
    'src/common/x.ts',
    'test/e2e/who-may.e2e-spec.ts',
    'test/e2e/roles.spec.ts',
    'test/e2e/roles-visibility.e2e-spec.ts',
  ])('refuses %s', path => {
    expect(misnamed(path)).toContain(path);
  });
});
