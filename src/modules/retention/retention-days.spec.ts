import { cutOf, DEFAULT_DAYS, shortened } from './retention-days.js';

it('knows which kinds are kept for a shorter time afterwards', () => {
  const days = { ...DEFAULT_DAYS, reports_days: null };
  expect(shortened(days, days)).toEqual([]);
  expect(shortened(days, { ...days, request_logs_days: 91, events_days: null })).toEqual([]);
  expect(shortened(days, { ...days, request_logs_days: null })).toEqual([]);
  expect(shortened(days, { ...days, request_logs_days: 89, events_days: 3650, reports_days: 7 })).toEqual([
    'request_logs',
    'events',
    'reports',
  ]);
});

it('cuts so many days ago, and nothing of what is kept for ever', () => {
  const now = new Date('2026-03-31T12:00:00.000Z');
  expect(cutOf(DEFAULT_DAYS, 'reports', now)).toEqual(new Date('2026-03-01T12:00:00.000Z'));
  expect(cutOf(DEFAULT_DAYS, 'events', now)).toBeNull();
});
