import { Global, Module } from '@nestjs/common';
import { CountryHeader } from './country-header.js';

/** What only a process that answers HTTP needs. */
@Global()
@Module({ providers: [CountryHeader], exports: [CountryHeader] })
export class HttpModule {}
