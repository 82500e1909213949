import { Global, Module } from '@nestjs/common';
import { AttributeCatalog } from './attribute-catalog.js';
import { Visibility } from './visibility.js';

/** Hides from roles what the visibility rules of a project hide, in whatever is answered or searched. */
@Global()
@Module({
  providers: [AttributeCatalog, Visibility],
  exports: [AttributeCatalog, Visibility],
})
export class VisibilityModule {}
