import './webhook.events.js';
import '../projects/project.events.js';
import { covers, isForEndpoint, isSelector, typesOf } from './event-selection.js';

it.each(['project.created', 'project.*', '*', 'webhook.test', 'webhook_endpoint.*'])('takes %s', selector =>
  expect(isSelector(selector)).toBe(true),
);

it.each(['', 'project', 'project*', 'proj.*', 'project.creat*', '*.created', '.*', 'nothing.created', '**'])(
  'takes no %j',
  selector => expect(isSelector(selector)).toBe(false),
);

it('covers a thing, and no other whose name begins alike', () => {
  expect(covers(['alert.*'], 'alert.fired')).toBe(true);
  expect(covers(['alert.*'], 'alert_threshold.created')).toBe(false);
  expect(covers(['*'], 'project.created')).toBe(true);
  expect(covers(['project.created'], 'project.renamed')).toBe(false);
});

it('tells nobody of what is done with deliveries themselves', () => {
  expect(typesOf(['*'])).toContain('webhook_endpoint.disabled');
  expect(typesOf(['*']).filter(type => type.startsWith('webhook.'))).toEqual([]);
});

it('tells of alerts whose threshold has the channel, and no endpoint of its own creation', () => {
  const event = { id: 'evt_1', projectId: 'prj_1', targetId: 'whk_1', changes: {} };
  const fired = (channels: string[]) => ({
    ...event,
    type: 'alert.fired',
    changes: { channels: { before: null, after: channels } },
  });
  expect(isForEndpoint(fired(['email', 'webhook']), 'whk_1')).toBe(true);
  expect(isForEndpoint(fired(['email']), 'whk_1')).toBe(false);
  expect(isForEndpoint({ ...event, type: 'webhook_endpoint.created' }, 'whk_1')).toBe(false);
  expect(isForEndpoint({ ...event, type: 'webhook_endpoint.created' }, 'whk_2')).toBe(true);
});
