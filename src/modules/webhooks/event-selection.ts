import { describedEvents, isEventType } from '../../kernel/event-log/event-types.js';
import type { FedEvent } from '../../kernel/facets/event-feed.port.js';

/** Whether a subscription names something: a type that exists, `*`, or `thing.*` for a thing that has types. */
export function isSelector(selector: string): boolean {
  if (isEventType(selector) || selector === '*') return true;
  return selector.endsWith('.*') && describedEvents().some(([type]) => covers([selector], type));
}

/** Whether one of the subscriptions covers the type. */
export function covers(selectors: readonly string[], type: string): boolean {
  return selectors.some(selector =>
    selector.endsWith('*') ? type.startsWith(selector.slice(0, -1)) : selector === type,
  );
}

/** The types that subscriptions cover. */
export function typesOf(selectors: readonly string[]): string[] {
  return describedEvents()
    .map(([type]) => type)
    .filter(type => isTold(type) && covers(selectors, type));
}

/** Whether events of the type are told to endpoints at all: what is done with deliveries themselves is not. */
export function isTold(type: string): boolean {
  return !type.startsWith('webhook.');
}

/**
 * Whether an event is told to an endpoint that is subscribed to its type: not its own creation, and of alerts only those
 * whose threshold has the channel.
 */
export function isForEndpoint(event: FedEvent, endpointId: string): boolean {
  if (event.type === 'webhook_endpoint.created') return event.targetId !== endpointId;
  if (event.type !== 'alert.fired') return true;
  const channels = event.changes.channels?.after;
  return Array.isArray(channels) && channels.includes('webhook');
}

/** The types of which {@link isForEndpoint} leaves some events out. */
export const PARTLY_TOLD: readonly string[] = ['webhook_endpoint.created', 'alert.fired'];
