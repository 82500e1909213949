import { type Command, EXIT, type Given } from './command.js';
import { runCommandLine } from './run.js';

const given: Given[] = [];
const greet: Command = {
  name: 'guest greet',
  formerly: ['greet'],
  summary: 'Greets somebody.',
  details: 'As often as you like.',
  options: {
    to: { value: 'name', what: 'Whom.', required: true },
    loudly: { what: 'So that all can hear it.' },
  },
  operands: '[<reason>]',
  async run(found) {
    given.push(found);
    if (found.values.to === 'nobody') throw new Error('Nobody is there.');
    return { exit: EXIT.found, text: `Hello ${found.values.to}`, json: { to: found.values.to } };
  },
};
const leave: Command = {
  name: 'leave',
  summary: 'Goes away.',
  details: 'For good.',
  options: {},
  run: async () => ({ exit: EXIT.done, text: '', json: {} }),
};

let stdout: string;
let stderr: string;
beforeEach(() => {
  [stdout, stderr] = ['', ''];
  given.length = 0;
  jest.spyOn(process.stdout, 'write').mockImplementation(text => Boolean((stdout += text)));
  jest.spyOn(process.stderr, 'write').mockImplementation(text => Boolean((stderr += text)));
});
afterEach(() => jest.restoreAllMocks());

const run = (...args: string[]) => runCommandLine(Promise.resolve([greet, leave]), args);

it('runs the command of one word or two, under its former name, too', async () => {
  expect(await run('guest', 'greet', '--to', 'Ada', '--loudly', 'because')).toBe(1);
  expect(await run('greet', '--to', 'Ada')).toBe(1);
  expect(stdout).toBe('Hello Ada\nHello Ada\n');
  expect(given[0]).toEqual({
    values: { to: 'Ada' },
    switches: new Set(['loudly']),
    operands: ['because'],
  });
  expect(await run('leave')).toBe(0);
});

it('answers in JSON, errors too', async () => {
  await run('greet', '--to', 'Ada', '--json');
  expect(JSON.parse(stdout)).toEqual({ to: 'Ada' });
  stdout = '';
  expect(await run('greet', '--to', 'nobody', '--json')).toBe(2);
  expect(JSON.parse(stdout)).toEqual({ error: { message: 'Nobody is there.', exit_code: 2 } });
  expect(stderr).toBe('Nobody is there.\n');
  stdout = '';
  expect(await run('nonsense', '--json')).toBe(2);
  expect(JSON.parse(stdout)).toEqual({
    error: { message: 'There is no command "nonsense".', exit_code: 2 },
  });
});

it.each([['--help'], ['-h'], ['help']])('tells of all by %s', async argument => {
  expect(await run(argument)).toBe(0);
  expect(stdout).toMatch(/^ {2}guest greet {2}Greets somebody\.\n {2}leave +Goes away\.$/m);
});

it.each([
  [['guest', 'greet', '--help'], '--to <name>'],
  [['help', 'greet'], 'As often as you like.'],
  [['guest', '--help'], 'guest greet'],
])('tells of some by %j', async (args, told) => {
  expect(await run(...args)).toBe(0);
  expect(stdout).toContain(told);
  expect(given).toEqual([]);
});

it.each([
  [[], 'Usage:'],
  [['guest', 'leave'], 'There is no command "guest leave"'],
  [['nonsense'], 'There is no command "nonsense"'],
  [['greet'], '--to is missing.'],
  [['greet', '--from', 'x'], 'Usage: bailiwick guest greet --to <name> [--loudly] [<reason>]'],
  [['leave', 'now'], 'Usage: bailiwick leave'],
])('refuses %j with exit code 2', async (args, told) => {
  expect(await run(...args)).toBe(2);
  expect(stderr).toContain(told);
  expect([stdout, given]).toEqual(['', []]);
});
