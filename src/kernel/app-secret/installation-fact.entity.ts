import { Column, Entity, PrimaryColumn } from 'typeorm';
import { FACTS_TABLE } from '../database/installation-facts.js';

/** One thing that the installation knows of itself. */
@Entity(FACTS_TABLE)
export class InstallationFactEntity {
  @PrimaryColumn('varchar')
  name!: string;

  @Column('varchar')
  value!: string;

  @Column('datetime', { precision: 3 })
  updated_at!: Date;
}
