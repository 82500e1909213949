import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { z } from 'zod';
import type { AccessRule } from '../access/access.decorator.js';
import type { HiddenAttributes } from '../context/hidden-attributes.js';
import { eventTypesWithShown } from '../event-log/event-types.js';
import { targetDefinitions } from '../event-log/targets.js';
import { Exports } from '../facets/exports.js';
import { Lookups } from '../facets/lookups.js';
import { type DeclaredRoute, DeclaredRoutes } from '../routes/declared-routes.js';
import { answerOf, attributesOf, type RouteDocs } from '../routes/docs.decorator.js';
import { Redaction } from './redaction.js';
import { itemsOf, type ObjectShape, type Property, type Shape, Shapes } from './shape.js';
import { isStructuralName } from './structural.js';

/** One attribute a rule may name. */
export interface Attribute {
  readonly attribute: string;
  readonly resource: string;
  /** Whether anything below it can be named too, as in `customer.metadata.plan`. */
  readonly open: boolean;
  readonly description: string | null;
}

/** Rules that a role never decides about: everybody, the person alone, and those who see everything. */
const BEYOND_ROLES = new Set<AccessRule>(['public', 'optional', 'session', 'admin']);
/** Parts of the path of an attribute; what is below an open one is named by the caller. */
const SEGMENT = /^[^\s.]{1,64}$/u;
const LONGEST = 200;

/**
 * The attributes that can be hidden, read from the response schemas of all routes a role admits to, and from what exports
 * show: what a new field or a new route shows is among them without anybody's doing.
 */
@Injectable()
export class AttributeCatalog implements OnApplicationBootstrap {
  private readonly shapes = new Shapes();
  private readonly resources = new Map<string, ObjectShape[]>();
  private readonly attributes = new Map<string, Attribute>();
  private readonly seen = new Set<Shape>();
  /** Resources and attributes whose schemas say that they are structural. */
  private readonly structural = new Set<string>();
  private readonly shown: Property[] = [];
  private readonly redactions = new WeakMap<HiddenAttributes, Redaction>();

  constructor(
    private readonly routes: DeclaredRoutes,
    private readonly lookups: Lookups,
    private readonly datasets: Exports,
  ) {}

  /** @throws Error naming every route whose answer, or whose filter, and every name that has no attribute to hide it by. */
  onApplicationBootstrap(): void {
    const handlers = [...this.routes].filter(isForRoles);
    const mistakes: string[] = [];
    for (const { name, docs } of handlers) {
      const answer = docs && answerOf(docs);
      // What is hidden in a file, whoever writes it hides.
      if (docs?.bytes !== undefined) continue;
      if (!answer) mistakes.push(`${name}: no schema of its answer in @Docs`);
      else if (isNameless(this.shapes.of(answer)))
        mistakes.push(`${name}: its answer's schema has no .meta({ id })`);
      else this.read(this.shapes.of(answer));
    }
    for (const kind of this.datasets.offered()) this.read(this.shapes.of(this.datasets.get(kind)!.row));
    // After all are read: what one schema says of an attribute holds for every schema that shows it.
    this.shown.forEach(property => this.add(property));
    for (const { name, docs } of handlers) {
      for (const filter of Object.values(docs?.filters ?? {})) {
        this.unknown(attributesOf(filter, '')).forEach(attribute =>
          mistakes.push(`${name}: filters by ${attribute}, which no answer shows`),
        );
      }
    }
    for (const [name, madeOf] of this.names()) {
      this.unknown(madeOf).forEach(attribute =>
        mistakes.push(`${name}: its name is made of ${attribute}, which no answer shows`),
      );
    }
    for (const [type, shows] of eventTypesWithShown()) {
      this.unknown(Object.values(shows).flat()).forEach(attribute =>
        mistakes.push(`the event ${type}: its changes show ${attribute}, which no answer shows`),
      );
    }
    if (mistakes.length) throw new Error(`Attributes that could not be hidden:\n  ${mistakes.join('\n  ')}`);
  }

  /** What names are made of, in the event log and where ids are looked up. */
  private *names(): Iterable<[name: string, madeOf: readonly string[]]> {
    for (const [type, { name, id = [] }] of targetDefinitions())
      yield [`the target ${type}`, [...name, ...id]];
    for (const { object, madeOf } of this.lookups.all()) yield [`the look-up of ${object}`, madeOf];
  }

  private unknown(attributes: readonly string[]): string[] {
    return attributes.filter(attribute => !this.has(attribute) && !this.isStructural(attribute));
  }

  /** Every attribute a rule may name, by name. */
  list(): Attribute[] {
    return [...this.attributes.values()].sort((one, other) => (one.attribute < other.attribute ? -1 : 1));
  }

  /** Whether a rule may name `attribute`: one of the list, or something below an open one. */
  has(attribute: string): boolean {
    if (this.attributes.has(attribute)) return true;
    if (attribute.length > LONGEST) return false;
    const path = attribute.split('.');
    for (let length = path.length - 1; length > 1; length--) {
      if (!path.slice(length).every(segment => SEGMENT.test(segment))) return false;
      if (this.attributes.get(path.slice(0, length).join('.'))?.open) return true;
    }
    return false;
  }

  /** What replaces these attributes; one and the same for the same set. */
  redaction(hidden: HiddenAttributes): Redaction {
    let redaction = this.redactions.get(hidden);
    if (!redaction) {
      redaction = new Redaction(hidden, this.shapes, this.resources);
      this.redactions.set(hidden, redaction);
    }
    return redaction;
  }

  /** Whether an answer of this schema may show something of what is hidden. */
  shows(schema: z.ZodType, hidden: HiddenAttributes): boolean {
    return hidden.size > 0 && this.redaction(hidden).of(schema) !== null;
  }

  /** What a route answers about: `api_key` for one key and for a page of keys; nothing for a file. */
  subjectsOf(docs: RouteDocs): readonly string[] {
    const answer = answerOf(docs);
    if (!answer) return [];
    const shape = this.shapes.of(answer);
    return namesIn(itemsOf(shape) ?? shape);
  }

  private read(shape: Shape): void {
    if (this.seen.has(shape)) return;
    this.seen.add(shape);
    if (shape.kind === 'list' || shape.kind === 'record') this.read(shape.item);
    else if (shape.kind === 'several') shape.of.forEach(one => this.read(one));
    else if (shape.kind === 'object') this.readObject(shape);
  }

  private readObject(shape: ObjectShape): void {
    const items = itemsOf(shape);
    if (items) return this.read(items);
    for (const name of shape.names) {
      const [resource] = name.split('.');
      // Objects inside a resource are reached through its own properties.
      if (name === resource) this.resources.set(name, [...(this.resources.get(name) ?? []), shape]);
      if (shape.structural) this.structural.add(name);
    }
    for (const property of shape.properties.values()) {
      if (!isResource(property.shape)) this.shown.push(property);
      if (property.structural) property.names.forEach(name => this.structural.add(name));
      this.read(property.shape);
    }
  }

  private add({ names, also, shape, description }: Property): void {
    for (const attribute of names) {
      if (this.isStructural(attribute) || this.isBelowStructural(attribute)) continue;
      const resource = attribute.slice(0, attribute.indexOf('.'));
      const known = this.attributes.get(attribute);
      this.attributes.set(attribute, {
        attribute,
        resource,
        open: isOpen(shape) || (known?.open ?? false),
        description: (attribute === also ? known?.description : description) ?? null,
      });
    }
  }

  private isStructural(attribute: string): boolean {
    const [resource] = attribute.split('.', 1);
    return this.structural.has(resource!) || this.structural.has(attribute) || isStructuralName(attribute);
  }

  private isBelowStructural(attribute: string): boolean {
    const path = attribute.split('.');
    return path.some((_, index) => index > 1 && this.isStructural(path.slice(0, index).join('.')));
  }
}

function isForRoles({ access }: DeclaredRoute): boolean {
  return access !== undefined && !BEYOND_ROLES.has(access);
}

function isOpen(shape: Shape): boolean {
  if (shape.kind === 'list') return isOpen(shape.item);
  if (shape.kind === 'several') return shape.of.some(isOpen);
  return shape.kind === 'open' || shape.kind === 'record';
}

/** Whether a property holds a resource of its own, or a list of them, rather than an attribute. */
function isResource(shape: Shape): boolean {
  if (shape.kind === 'list') return isResource(shape.item);
  if (shape.kind === 'several') return shape.of.every(isResource);
  return shape.kind === 'object' && shape.named;
}

/** Whether a shape shows properties that nothing can be called by. */
function isNameless(shape: Shape): boolean {
  return shape.kind !== 'leaf' && namesIn(itemsOf(shape) ?? shape).length === 0;
}

function namesIn(shape: Shape): readonly string[] {
  if (shape.kind === 'object') return shape.names;
  if (shape.kind === 'list' || shape.kind === 'record') return namesIn(shape.item);
  return shape.kind === 'several' ? shape.of.flatMap(namesIn) : [];
}
