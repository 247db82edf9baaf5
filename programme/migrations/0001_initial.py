import core.fields
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='LegalBasis',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='dibuat')),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='diubah')),
                ('reference', core.fields.ReferenceField(blank=True, editable=False, max_length=16, prefix='DHK', unique=True)),
                ('kind', models.CharField(choices=[('perda', 'Peraturan Daerah'), ('perwal', 'Peraturan Wali Kota'), ('sk', 'Surat Keputusan'), ('mou', 'Nota kesepahaman')], max_length=8, verbose_name='jenis')),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='nomor')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1945), django.core.validators.MaxValueValidator(2100)], verbose_name='tahun')),
                ('about', models.CharField(max_length=300, verbose_name='tentang')),
                ('dated_on', models.DateField(blank=True, null=True, verbose_name='tanggal penetapan')),
                ('signer', models.CharField(blank=True, max_length=120, verbose_name='ditetapkan oleh')),
                ('status', models.CharField(choices=[('proposed', 'Diusulkan'), ('drafting', 'Disusun'), ('in_force', 'Berlaku'), ('revoked', 'Dicabut')], default='proposed', max_length=10, verbose_name='status')),
                ('in_force_from', models.DateField(blank=True, null=True, verbose_name='berlaku sejak')),
                ('in_force_until', models.DateField(blank=True, null=True, verbose_name='berlaku sampai')),
            ],
            options={
                'verbose_name': 'dasar hukum',
                'verbose_name_plural': 'dasar hukum',
                'ordering': ['-year', 'kind', 'number'],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['perda', 'perwal', 'sk', 'mou'])), name='programme_legalbasis_kind_closed'), models.CheckConstraint(condition=models.Q(('status__in', ['proposed', 'drafting', 'in_force', 'revoked'])), name='programme_legalbasis_status_closed'), models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('kind', 'number', 'year'), name='programme_legalbasis_number_once', violation_error_message='Dasar hukum dengan jenis, nomor, dan tahun ini sudah ada.'), models.CheckConstraint(condition=models.Q(('status__in', ['proposed', 'drafting']), models.Q(models.Q(('number', ''), _negated=True), ('year__isnull', False), ('dated_on__isnull', False), ('in_force_from__isnull', False)), _connector='OR'), name='programme_legalbasis_in_force_is_complete', violation_error_message='Isi nomor, tahun, tanggal penetapan, dan tanggal mulai berlaku.'), models.CheckConstraint(condition=models.Q(('in_force_until__isnull', True), ('in_force_until__gte', models.F('in_force_from')), _connector='OR'), name='programme_legalbasis_ends_after_it_begins', violation_error_message='Tanggal akhir berlaku harus sesudah tanggal mulai.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'revoked'), _negated=True), ('in_force_until__isnull', False), _connector='OR'), name='programme_legalbasis_revoked_has_an_end', violation_error_message='Isi tanggal sejak kapan dasar hukum ini tidak berlaku.')],
            },
        ),
        migrations.CreateModel(
            name='LegalBasisEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='dibuat')),
                ('reference', core.fields.ReferenceField(blank=True, editable=False, max_length=16, prefix='DHK', unique=False)),
                ('kind', models.CharField(choices=[('perda', 'Peraturan Daerah'), ('perwal', 'Peraturan Wali Kota'), ('sk', 'Surat Keputusan'), ('mou', 'Nota kesepahaman')], max_length=8, verbose_name='jenis')),
                ('number', models.CharField(blank=True, max_length=60, verbose_name='nomor')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1945), django.core.validators.MaxValueValidator(2100)], verbose_name='tahun')),
                ('about', models.CharField(max_length=300, verbose_name='tentang')),
                ('dated_on', models.DateField(blank=True, null=True, verbose_name='tanggal penetapan')),
                ('signer', models.CharField(blank=True, max_length=120, verbose_name='ditetapkan oleh')),
                ('status', models.CharField(choices=[('proposed', 'Diusulkan'), ('drafting', 'Disusun'), ('in_force', 'Berlaku'), ('revoked', 'Dicabut')], default='proposed', max_length=10, verbose_name='status')),
                ('in_force_from', models.DateField(blank=True, null=True, verbose_name='berlaku sejak')),
                ('in_force_until', models.DateField(blank=True, null=True, verbose_name='berlaku sampai')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programme.legalbasis')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='BudgetLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='dibuat')),
                ('modified_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='diubah')),
                ('code', models.CharField(max_length=30, verbose_name='kode sub kegiatan')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2000), django.core.validators.MaxValueValidator(2100)], verbose_name='tahun anggaran')),
                ('name', models.CharField(max_length=200, verbose_name='nama')),
                ('ceiling', core.fields.RupiahField(verbose_name='pagu')),
                ('funding_source', models.CharField(default='APBD', max_length=60, verbose_name='sumber dana')),
                ('stated_on', models.DateField(verbose_name='keadaan per tanggal')),
                ('document', models.CharField(max_length=160, verbose_name='dokumen sumber')),
                ('reserved', core.fields.RupiahField(default=0, editable=False, verbose_name='dicadangkan')),
                ('realised', core.fields.RupiahField(default=0, editable=False, verbose_name='realisasi')),
            ],
            options={
                'verbose_name': 'pagu anggaran',
                'verbose_name_plural': 'pagu anggaran',
                'ordering': ['code', 'year'],
                'constraints': [models.UniqueConstraint(fields=('code', 'year'), name='programme_budgetline_one_per_year', violation_error_message='Pagu untuk kode dan tahun ini sudah ada.'), models.CheckConstraint(condition=models.Q(('reserved__lte', models.F('ceiling'))), name='programme_budgetline_reserved_within_ceiling', violation_error_message='Pagu tidak cukup untuk cadangan ini. Kurangi nilainya atau minta tambahan pagu.'), models.CheckConstraint(condition=models.Q(('realised__lte', models.F('reserved'))), name='programme_budgetline_realised_within_reserved')],
            },
        ),
        migrations.CreateModel(
            name='BudgetLineEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='dibuat')),
                ('code', models.CharField(max_length=30, verbose_name='kode sub kegiatan')),
                ('year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(2000), django.core.validators.MaxValueValidator(2100)], verbose_name='tahun anggaran')),
                ('name', models.CharField(max_length=200, verbose_name='nama')),
                ('ceiling', core.fields.RupiahField(verbose_name='pagu')),
                ('funding_source', models.CharField(default='APBD', max_length=60, verbose_name='sumber dana')),
                ('stated_on', models.DateField(verbose_name='keadaan per tanggal')),
                ('document', models.CharField(max_length=160, verbose_name='dokumen sumber')),
                ('reserved', core.fields.RupiahField(default=0, editable=False, verbose_name='dicadangkan')),
                ('realised', core.fields.RupiahField(default=0, editable=False, verbose_name='realisasi')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programme.budgetline')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=16, verbose_name='untuk')),
                ('amount', core.fields.RupiahField(verbose_name='dicadangkan')),
                ('realised', core.fields.RupiahField(default=0, verbose_name='realisasi')),
                ('reserved_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='dicadangkan pada')),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reservations', to='programme.budgetline', verbose_name='pagu')),
            ],
            options={
                'verbose_name': 'cadangan anggaran',
                'verbose_name_plural': 'cadangan anggaran',
                'ordering': ['line', 'id'],
                'constraints': [models.UniqueConstraint(fields=('line', 'subject'), name='programme_reservation_once_a_year'), models.CheckConstraint(condition=models.Q(('realised__lte', models.F('amount'))), name='programme_reservation_realised_within_amount')],
                'indexes': [models.Index(fields=['subject'], name='programme_reservation_subject')],
            },
        ),
        migrations.CreateModel(
            name='ReservationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.BigIntegerField()),
                ('subject', models.CharField(max_length=16, verbose_name='untuk')),
                ('amount', core.fields.RupiahField(verbose_name='dicadangkan')),
                ('realised', core.fields.RupiahField(default=0, verbose_name='realisasi')),
                ('reserved_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='dicadangkan pada')),
                ('line', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='programme.budgetline', verbose_name='pagu')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='programme.reservation')),
            ],
            options={
                'abstract': False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetline',
            trigger=pgtrigger.compiler.Trigger(name='bump_version', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.version := OLD.version + 1; NEW.modified_at := clock_timestamp(); RETURN NEW;', hash='fa2886c7fc33a96ca07e6b9fedb940626a0c26d8', operation='UPDATE', pgid='pgtrigger_bump_version_c6e04', table='programme_budgetline', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetline',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programme_budgetlineevent" ("ceiling", "code", "created_at", "document", "funding_source", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "realised", "reserved", "stated_on", "year") SELECT new_values."ceiling", new_values."code", new_values."created_at", new_values."document", new_values."funding_source", new_values."id", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', new_values."id", new_values."realised", new_values."reserved", new_values."stated_on", new_values."year" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='2385a6e9a40ce431879fe34ef380ed5ad0799c3c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_76704', referencing='REFERENCING NEW TABLE AS new_values ', table='programme_budgetline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetline',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programme_budgetlineevent" ("ceiling", "code", "created_at", "document", "funding_source", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "realised", "reserved", "stated_on", "year") SELECT new_values."ceiling", new_values."code", new_values."created_at", new_values."document", new_values."funding_source", new_values."id", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', new_values."id", new_values."realised", new_values."reserved", new_values."stated_on", new_values."year" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."ceiling" IS DISTINCT FROM (new_values."ceiling") OR old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."document" IS DISTINCT FROM (new_values."document") OR old_values."funding_source" IS DISTINCT FROM (new_values."funding_source") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."realised" IS DISTINCT FROM (new_values."realised") OR old_values."reserved" IS DISTINCT FROM (new_values."reserved") OR old_values."stated_on" IS DISTINCT FROM (new_values."stated_on") OR old_values."year" IS DISTINCT FROM (new_values."year")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='50bd27e4a0e111e323eedfbf2d3bbe85d52cd3cd', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_fdf29', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programme_budgetline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetline',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programme_budgetlineevent" ("ceiling", "code", "created_at", "document", "funding_source", "id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "realised", "reserved", "stated_on", "year") SELECT old_values."ceiling", old_values."code", old_values."created_at", old_values."document", old_values."funding_source", old_values."id", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', old_values."id", old_values."realised", old_values."reserved", old_values."stated_on", old_values."year" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='2a99a9bf0928f0198c71e65aac0ad805d768f2b5', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_9b6e4', referencing='REFERENCING OLD TABLE AS old_values ', table='programme_budgetline', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalbasis',
            trigger=pgtrigger.compiler.Trigger(name='bump_version', sql=pgtrigger.compiler.UpsertTriggerSql(func='NEW.version := OLD.version + 1; NEW.modified_at := clock_timestamp(); RETURN NEW;', hash='09ac9fe0148f75932621381caac22ebc3c911c59', operation='UPDATE', pgid='pgtrigger_bump_version_0cc6f', table='programme_legalbasis', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalbasis',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programme_legalbasisevent" ("about", "created_at", "dated_on", "id", "in_force_from", "in_force_until", "kind", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "signer", "status", "year") SELECT new_values."about", new_values."created_at", new_values."dated_on", new_values."id", new_values."in_force_from", new_values."in_force_until", new_values."kind", new_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', new_values."id", new_values."reference", new_values."signer", new_values."status", new_values."year" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='b917be0e662ef4f94fa12b7a1699e7969c527701', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_a5fb0', referencing='REFERENCING NEW TABLE AS new_values ', table='programme_legalbasis', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalbasis',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programme_legalbasisevent" ("about", "created_at", "dated_on", "id", "in_force_from", "in_force_until", "kind", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "signer", "status", "year") SELECT new_values."about", new_values."created_at", new_values."dated_on", new_values."id", new_values."in_force_from", new_values."in_force_until", new_values."kind", new_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', new_values."id", new_values."reference", new_values."signer", new_values."status", new_values."year" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."about" IS DISTINCT FROM (new_values."about") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."dated_on" IS DISTINCT FROM (new_values."dated_on") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."in_force_from" IS DISTINCT FROM (new_values."in_force_from") OR old_values."in_force_until" IS DISTINCT FROM (new_values."in_force_until") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."number" IS DISTINCT FROM (new_values."number") OR old_values."reference" IS DISTINCT FROM (new_values."reference") OR old_values."signer" IS DISTINCT FROM (new_values."signer") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."year" IS DISTINCT FROM (new_values."year")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e39d2c598c3c6eb0c937bd7b505b8039be5323a3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_2f82d', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programme_legalbasis', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalbasis',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programme_legalbasisevent" ("about", "created_at", "dated_on", "id", "in_force_from", "in_force_until", "kind", "number", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "signer", "status", "year") SELECT old_values."about", old_values."created_at", old_values."dated_on", old_values."id", old_values."in_force_from", old_values."in_force_until", old_values."kind", old_values."number", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', old_values."id", old_values."reference", old_values."signer", old_values."status", old_values."year" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='63cc6f66638847f970a21b17469c79c790c6e624', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_9386f', referencing='REFERENCING OLD TABLE AS old_values ', table='programme_legalbasis', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='budgetlineevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='31f33c5139c12e070d6134179e58f2603c0999b5', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2ff25', table='programme_budgetlineevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='legalbasisevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c10e99ac23b86588104c6ce4400a9854a6eeae5b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_6df4e', table='programme_legalbasisevent', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reservation',
            trigger=pgtrigger.compiler.Trigger(name='keep_budget_sums', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF TG_OP <> 'INSERT' THEN\n            UPDATE programme_budgetline SET reserved = reserved - OLD.amount, realised = realised - OLD.realised\n            WHERE id = OLD.line_id AND (TG_OP = 'DELETE' OR NEW.line_id <> OLD.line_id);\n        END IF;\n        IF TG_OP = 'UPDATE' THEN\n            UPDATE programme_budgetline\n            SET reserved = reserved + NEW.amount - OLD.amount, realised = realised + NEW.realised - OLD.realised\n            WHERE id = NEW.line_id AND NEW.line_id = OLD.line_id\n              AND (NEW.amount, NEW.realised) IS DISTINCT FROM (OLD.amount, OLD.realised);\n        END IF;\n        IF TG_OP <> 'DELETE' THEN\n            UPDATE programme_budgetline SET reserved = reserved + NEW.amount, realised = realised + NEW.realised\n            WHERE id = NEW.line_id AND (TG_OP = 'INSERT' OR NEW.line_id <> OLD.line_id);\n        END IF;\n        RETURN NULL;\n    ", hash='184a21d8e463ecde4b711211d6b71c702093b285', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_keep_budget_sums_0bb7e', table='programme_reservation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reservation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programme_reservationevent" ("amount", "id", "line_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "realised", "reserved_at", "subject") SELECT new_values."amount", new_values."id", new_values."line_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'insert\', new_values."id", new_values."realised", new_values."reserved_at", new_values."subject" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='577ae15c23b0bc74026896d25c7474939fb6fe0c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_c9410', referencing='REFERENCING NEW TABLE AS new_values ', table='programme_reservation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reservation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programme_reservationevent" ("amount", "id", "line_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "realised", "reserved_at", "subject") SELECT new_values."amount", new_values."id", new_values."line_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'update\', new_values."id", new_values."realised", new_values."reserved_at", new_values."subject" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='41aae3f74988d038a1424a76a06ef14efae117d3', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_31f13', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='programme_reservation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reservation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "programme_reservationevent" ("amount", "id", "line_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "realised", "reserved_at", "subject") SELECT old_values."amount", old_values."id", old_values."line_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, clock_timestamp(), \'delete\', old_values."id", old_values."realised", old_values."reserved_at", old_values."subject" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b0633abc6d17202abe6cc9ec4b731fa5d20a13a7', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_61f4e', referencing='REFERENCING OLD TABLE AS old_values ', table='programme_reservation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='reservationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='859aaf1abaa1edb20af37c88dd0c1aa0110cb766', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e236b', table='programme_reservationevent', when='BEFORE')),
        ),
    ]
