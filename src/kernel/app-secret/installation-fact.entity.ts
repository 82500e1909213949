import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One thing that the installation knows of itself. */
@Entity('installation_facts')
export class InstallationFactEntity {
  @PrimaryColumn('varchar')
  name!: string;

  @Column('varchar')
  value!: string;

  @Column('datetime', { precision: 3 })
  updated_at!: Date;
}
