import './media.events.js';
import type { UnitOfWork } from '../../kernel/database/unit-of-work.js';
import type { ProjectService } from '../projects/project.service.js';
import type { MediaFileEntity } from './media-file.entity.js';
import type { MediaFileRepository } from './media-file.repository.js';
import { ServedFiles } from './served-files.js';

const file = { id: 'med_1', project_id: 'prj_1', status: 'active' } as MediaFileEntity;

let stored: MediaFileEntity | null;
let running: boolean;
let reads: number;
let commit: (type: string, effects?: string[]) => void;
let served: ServedFiles;
beforeEach(() => {
  jest.useFakeTimers();
  stored = file;
  running = true;
  reads = 0;
  const find = async () => (reads++, stored);
  const projects = { running: async () => new Set(running ? ['prj_1'] : []) };
  const units = {
    onCommitted: (listener: (record: object) => void) => {
      commit = (type, effects = []) => listener({ type, effects: effects.map(one => ({ type: one })) });
    },
  };
  served = new ServedFiles(
    { find } as unknown as MediaFileRepository,
    projects as unknown as ProjectService,
    units as unknown as UnitOfWork,
  );
});
afterEach(() => jest.useRealTimers());

const remembered = () => served.remembered('prj_1', 'med_1');
const find = () => served.find('prj_1', 'med_1');

describe('ServedFiles', () => {
  it('remembers a file for a second, and no longer', async () => {
    expect(remembered()).toBeUndefined();
    expect(await find()).toBe(file);
    jest.advanceTimersByTime(999);
    expect(remembered()).toBe(file);
    expect(served.remembered('prj_2', 'med_1')).toBeUndefined();
    jest.advanceTimersByTime(1);
    expect(remembered()).toBeUndefined();
    expect(reads).toBe(1);
  });

  it('reads once for many that ask at once', async () => {
    expect(await Promise.all([find(), find(), find()])).toEqual([file, file, file]);
    expect(reads).toBe(1);
  });

  it('knows no file that is not active, or whose project does not run, and remembers nothing of it', async () => {
    for (const status of ['processing', 'suspended', 'deleted'] as const) {
      stored = { ...file, status };
      expect(await find()).toBeNull();
    }
    stored = file;
    running = false;
    expect(await find()).toBeNull();
    expect(remembered()).toBeUndefined();
  });

  it.each<[string, string[]]>([
    ['media.updated', []],
    ['media.deleted', []],
    ['project.suspended', []],
    ['media.created', ['project.deleted']],
  ])('forgets at once after %s %j', async (type, effects) => {
    await find();
    commit(type, effects);
    expect(remembered()).toBeUndefined();
  });

  it('does not remember what was read before a change committed', async () => {
    const reading = find();
    commit('media.deleted');
    stored = null;
    expect(await reading).toBe(file);
    expect(remembered()).toBeUndefined();
    expect(await find()).toBeNull();
  });
});
