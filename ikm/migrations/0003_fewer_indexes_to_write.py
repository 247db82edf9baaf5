import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ikm', '0002_import_waits_for_the_worker'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # References are looked up whole; the second index of each, for LIKE, was only written.
        migrations.RunSQL(
            "DROP INDEX IF EXISTS ikm_business_reference_78da4fd0_like, ikm_owner_reference_e5f9444a_like",
            "CREATE INDEX ikm_business_reference_78da4fd0_like ON ikm_business (reference varchar_pattern_ops);"
            "CREATE INDEX ikm_owner_reference_e5f9444a_like ON ikm_owner (reference varchar_pattern_ops)",
        ),
        migrations.RemoveIndex(
            model_name='business',
            name='ikm_business_status',
        ),
        migrations.RemoveIndex(
            model_name='business',
            name='ikm_business_kecamatan',
        ),
        migrations.RemoveIndex(
            model_name='business',
            name='ikm_business_kelurahan',
        ),
        migrations.RemoveIndex(
            model_name='business',
            name='ikm_business_kbli',
        ),
        migrations.RemoveIndex(
            model_name='business',
            name='ikm_business_scale',
        ),
        migrations.AlterField(
            model_name='business',
            name='kelurahan',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='businesses', to='ikm.area', verbose_name='kelurahan'),
        ),
        migrations.AlterField(
            model_name='business',
            name='latest_figure',
            field=models.ForeignKey(blank=True, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='ikm.yearlyfigure'),
        ),
        migrations.AlterField(
            model_name='business',
            name='main_kbli',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='main_businesses', to='ikm.kbli', verbose_name='KBLI utama'),
        ),
        migrations.AlterField(
            model_name='business',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='ikm.business', verbose_name='digabung ke'),
        ),
        migrations.AlterField(
            model_name='business',
            name='verified_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='businesses_verified', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='businessevent',
            name='kelurahan',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ikm.area', verbose_name='kelurahan'),
        ),
        migrations.AlterField(
            model_name='businessevent',
            name='latest_figure',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ikm.yearlyfigure'),
        ),
        migrations.AlterField(
            model_name='businessevent',
            name='main_kbli',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ikm.kbli', verbose_name='KBLI utama'),
        ),
        migrations.AlterField(
            model_name='businessevent',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ikm.business', verbose_name='digabung ke'),
        ),
        migrations.AlterField(
            model_name='businessevent',
            name='verified_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='licence',
            name='business',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='licences', to='ikm.business'),
        ),
        migrations.AlterField(
            model_name='ownership',
            name='business',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='ownerships', to='ikm.business'),
        ),
        migrations.AlterField(
            model_name='ownership',
            name='owner',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ownerships', to='ikm.owner', verbose_name='pemilik'),
        ),
        migrations.AlterField(
            model_name='ownershipevent',
            name='owner',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='ikm.owner', verbose_name='pemilik'),
        ),
        migrations.AlterField(
            model_name='product',
            name='business',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='products', to='ikm.business'),
        ),
        migrations.AlterField(
            model_name='yearlyfigure',
            name='business',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='figures', to='ikm.business'),
        ),
        migrations.AlterField(
            model_name='yearlyfigure',
            name='recorded_by',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='figures_recorded', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='yearlyfigureevent',
            name='recorded_by',
            field=models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='business',
            index=models.Index(fields=['status', 'id'], include=('scale',), name='ikm_business_status'),
        ),
        migrations.AddIndex(
            model_name='business',
            index=models.Index(fields=['kecamatan_code', 'id'], include=('status', 'scale'), name='ikm_business_kecamatan'),
        ),
        migrations.AddIndex(
            model_name='business',
            index=models.Index(fields=['kelurahan', 'id'], include=('status', 'scale'), name='ikm_business_kelurahan'),
        ),
        migrations.AddIndex(
            model_name='business',
            index=models.Index(fields=['main_kbli', 'id'], include=('status', 'scale'), name='ikm_business_kbli'),
        ),
        migrations.AddIndex(
            model_name='business',
            index=models.Index(fields=['scale', 'id'], include=('status',), name='ikm_business_scale'),
        ),
        migrations.AddIndex(
            model_name='business',
            index=models.Index(fields=['latest_figure'], name='ikm_business_latest_figure'),
        ),
        migrations.AddIndex(
            model_name='business',
            index=models.Index(condition=models.Q(('merged_into__isnull', False)), fields=['merged_into'], name='ikm_business_merged_into'),
        ),
        migrations.AddIndex(
            model_name='business',
            index=models.Index(condition=models.Q(('verified_by__isnull', False)), fields=['verified_by'], name='ikm_business_verified_by'),
        ),
        migrations.AddIndex(
            model_name='ownership',
            index=models.Index(fields=['owner'], name='ikm_ownership_owner'),
        ),
        migrations.AddIndex(
            model_name='yearlyfigure',
            index=models.Index(condition=models.Q(('recorded_by__isnull', False)), fields=['recorded_by'], name='ikm_yearlyfigure_recorded_by'),
        ),
    ]
