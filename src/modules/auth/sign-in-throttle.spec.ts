import { AttemptLimits } from '../../kernel/attempts/attempt-limits.js';
import { Config } from '../../kernel/config/config.js';
import { Vault } from '../../kernel/crypto/vault.js';
import { SignInThrottle } from './sign-in-throttle.js';

const from = (ip: string) => ({ ip, hasLeft: () => false });
const HERE = from('192.0.2.1');
const fail = () => Promise.resolve(null);
const succeed = () => Promise.resolve('in');
const TOO_MANY = expect.objectContaining({ code: 'too_many_attempts' });

let throttle: SignInThrottle;
beforeEach(() => {
  jest.useFakeTimers();
  throttle = new SignInThrottle(new AttemptLimits(Config.from({}), new Vault('a secret')));
});
afterEach(() => jest.useRealTimers());

async function failTimes(times: number, email = 'a@x.example', ip = HERE): Promise<void> {
  for (let time = 0; time < times; time++) expect(await throttle.attempt(ip, email, fail)).toBeNull();
}

it('lets ten failures of one account from one address through, and no more attempts', async () => {
  await failTimes(10);
  const attempt = jest.fn(succeed);
  await expect(throttle.attempt(HERE, 'a@x.example', attempt)).rejects.toEqual(TOO_MANY);
  expect(attempt).not.toHaveBeenCalled();
  expect(await throttle.attempt(from('192.0.2.2'), 'a@x.example', succeed)).toBe('in');
  expect(await throttle.attempt(HERE, 'b@x.example', succeed)).toBe('in');
});

it('says how long to wait, and lets in again after that', async () => {
  await failTimes(10);
  await expect(throttle.attempt(HERE, 'a@x.example', succeed)).rejects.toMatchObject({ retryAfter: 900 });
  await jest.advanceTimersByTimeAsync(14 * 60_000);
  await expect(throttle.attempt(HERE, 'a@x.example', succeed)).rejects.toMatchObject({ retryAfter: 60 });
  await jest.advanceTimersByTimeAsync(60_000);
  expect(await throttle.attempt(HERE, 'a@x.example', succeed)).toBe('in');
});

it('forgets the failures after a success', async () => {
  await failTimes(9);
  await throttle.attempt(HERE, 'a@x.example', succeed);
  await failTimes(10);
  await expect(throttle.attempt(HERE, 'a@x.example', succeed)).rejects.toEqual(TOO_MANY);
});

it('takes attempts that come at once one after the other', async () => {
  let running = 0;
  let most = 0;
  const attempt = async () => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    return null;
  };
  const results = await Promise.allSettled(
    Array.from({ length: 25 }, () => throttle.attempt(HERE, 'a@x.example', attempt)),
  );
  expect(most).toBe(1);
  expect(results.filter(result => result.status === 'fulfilled')).toHaveLength(10);
});

it('counts no attempt that broke, and goes on with the next', async () => {
  const broken = () => Promise.reject(new Error('the database is away'));
  for (let time = 0; time < 20; time++) {
    await expect(throttle.attempt(HERE, 'a@x.example', broken)).rejects.toThrow('away');
  }
  expect(await throttle.attempt(HERE, 'a@x.example', succeed)).toBe('in');
});
