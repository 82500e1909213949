import { Global, Module } from '@nestjs/common';
import { NameResolver } from './name-resolver.js';
import { OutgoingHttp } from './outgoing-http.js';

/** Calls to other servers, for every module: there is no other way out. */
@Global()
@Module({ providers: [NameResolver, OutgoingHttp], exports: [OutgoingHttp] })
export class OutgoingModule {}
