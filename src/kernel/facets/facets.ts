import { applyDecorators, Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';

const Marked = DiscoveryService.createDecorator();

/**
 * Marks the class with which a module answers the questions of this folder. It implements the interfaces it has
 * something to say to and is among its module's providers; nothing else is needed.
 */
export const Facet = () => applyDecorators(Injectable(), Marked());

/** All facets there are. An asker injects it and asks those that answer its own question. */
@Injectable()
export class Facets {
  private all: readonly object[] | null = null;

  constructor(private readonly discovery: DiscoveryService) {}

  /** The facets that have `member`, which is how they answer a question; in the order of their modules in AppModule. */
  answering<Answerer extends object>(member: keyof Answerer & string): readonly Answerer[] {
    // Asked for by the mark alone, they would come in the order in which they were made.
    this.all ??= this.discovery
      .getProviders()
      .filter(provider => this.discovery.getMetadataByDecorator(Marked, provider) !== undefined)
      .map(({ instance }) => instance as object);
    return this.all.filter((facet): facet is Answerer => member in facet);
  }
}
