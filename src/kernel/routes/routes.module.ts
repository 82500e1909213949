import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DeclaredRoutes } from './declared-routes.js';
import { RouteCheck } from './route-check.js';

/** What routes declare. The process does not start while a route does not say who may call it or what it leaves. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [DeclaredRoutes, RouteCheck],
  exports: [DeclaredRoutes],
})
export class RoutesModule {}
