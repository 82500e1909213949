import { Controller, Get, Post, type Type } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { z } from 'zod';
import { Access, type AccessRule } from '../access/access.decorator.js';
import { defineEvents } from '../event-log/event-types.js';
import { defineTarget } from '../event-log/targets.js';
import { Exports } from '../facets/exports.js';
import { type Lookup, Lookups } from '../facets/lookups.js';
import { pageOf } from '../http/pagination.js';
import { DeclaredRoutes } from '../routes/declared-routes.js';
import { Docs, type RouteDocs } from '../routes/docs.decorator.js';
import { AttributeCatalog } from './attribute-catalog.js';

const Plan = z
  .object({ id: z.string(), name: z.string().describe('As people call it.') })
  .meta({ id: 'Plan' });
const Guest = z
  .object({
    id: z.string(),
    table_id: z.string(),
    email: z.string().meta({ 'x-also-attribute': 'member.email' }),
    notes: z.record(z.string(), z.unknown()),
    visit: z.object({ at: z.string(), id: z.string() }).nullable(),
    plan: Plan,
  })
  .meta({ id: 'HotelGuest', 'x-resource': 'guest' });

function controller(rule: AccessRule, docs: RouteDocs): Type {
  @Controller()
  class SomeController {
    @Get()
    @Access(rule)
    @Docs(docs)
    get() {}
    @Post()
    notARoute() {}
  }
  return SomeController;
}

let looked: Pick<Lookup, 'object' | 'madeOf'>[] = [];
afterEach(() => (looked = []));

async function start(...controllers: Type[]): Promise<AttributeCatalog> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule],
    controllers,
    providers: [
      DeclaredRoutes,
      { provide: Lookups, useValue: { all: () => looked } },
      { provide: Exports, useValue: { offered: () => [] } },
      AttributeCatalog,
    ],
  }).compile();
  await module.init();
  return module.get(AttributeCatalog);
}

const docs = (ok: z.ZodType, more: Partial<RouteDocs> = {}): RouteDocs => ({ summary: 'x', ok, ...more });

it('lists what answers show, under all its names, without what is structural', async () => {
  const catalog = await start(controller('members:read', docs(pageOf(Guest, 'GuestPage'))));
  expect(catalog.list()).toEqual([
    { attribute: 'guest.email', resource: 'guest', open: false, description: null },
    { attribute: 'guest.notes', resource: 'guest', open: true, description: null },
    { attribute: 'guest.visit', resource: 'guest', open: false, description: null },
    { attribute: 'guest.visit.at', resource: 'guest', open: false, description: null },
    { attribute: 'member.email', resource: 'member', open: false, description: null },
    { attribute: 'plan.name', resource: 'plan', open: false, description: 'As people call it.' },
  ]);
});

it('describes an attribute as its own property does, not as others that show it too', async () => {
  const first = z.string().describe('Of the present secret.').meta({ 'x-also-attribute': 'key.made' });
  const last = z.number().describe('In days.').meta({ 'x-also-attribute': 'key.made' });
  const Key = z.object({ preview: first, made: z.string().describe('When.'), age: last }).meta({ id: 'Key' });
  const catalog = await start(controller('key', docs(Key)));
  expect(catalog.list().map(({ attribute, description }) => [attribute, description])).toEqual([
    ['key.age', 'In days.'],
    ['key.made', 'When.'],
    ['key.preview', 'Of the present secret.'],
  ]);
});

it('takes what is below an open attribute, and nothing else', async () => {
  const catalog = await start(controller('members:read', docs(Guest)));
  const accepted = ['guest.notes', 'guest.notes.shoe_size', 'guest.notes.a.b.C-1', 'guest.notes.é'];
  const refused = [
    ...[
      'guest',
      'guest.id',
      'guest.table_id',
      'guest.email.domain',
      'guest.visit.id',
      'guest.plan',
      'guest.notes.',
    ],
    ...[
      'guest.notes..a',
      'guest.notes.a b',
      `guest.notes.${'x'.repeat(65)}`,
      `guest.notes${'.x'.repeat(100)}`,
      '',
    ],
  ];
  expect(accepted.filter(attribute => !catalog.has(attribute))).toEqual([]);
  expect(refused.filter(attribute => catalog.has(attribute))).toEqual([]);
});

it.each<AccessRule>(['public', 'session', 'admin', 'optional'])('leaves out what %s answers', async rule => {
  expect((await start(controller(rule, docs(Guest)))).list()).toEqual([]);
});

it('stops the start for what could not be hidden, naming the route', async () => {
  const nameless = z.object({ email: z.string() });
  await expect(start(controller('any', docs(nameless)))).rejects.toThrow(
    /SomeController\.get: .* \.meta\(\{ id \}\)/,
  );
  const filters = { q: ['guest.emial'] };
  await expect(start(controller('any', docs(Guest, { filters })))).rejects.toThrow(/filters by guest\.emial/);
  const later = { q: () => filters.q };
  await expect(start(controller('any', docs(Guest, { filters: later })))).rejects.toThrow(/guest\.emial/);
  await start(
    controller('any', docs(z.string())),
    controller('any', docs(Guest, { filters: { q: ['guest.email'] } })),
  );
});

it('stops the start for a name that could not be hidden, naming what it is the name of', async () => {
  looked = [{ object: 'guest', madeOf: ['guest.email', 'guest.nick'] }];
  await expect(start(controller('any', docs(Guest)))).rejects.toThrow(
    /the look-up of guest: its name is made of guest\.nick/,
  );
  looked = [{ object: 'guest', madeOf: ['guest.email', 'guest.id'] }];
  await start(controller('any', docs(Guest)));
  defineTarget('guest', { name: ['guest.email'], id: ['guest.door'] });
  await expect(start(controller('any', docs(Guest)))).rejects.toThrow(
    /the target guest: its name is made of guest\.door/,
  );
  defineEvents({ 'guest.seated': { text: 'A guest sat down.', shows: { seat: ['guest.chair'] } } });
  await expect(start(controller('any', docs(Guest)))).rejects.toThrow(
    /the event guest\.seated: its changes show guest\.chair/,
  );
});
