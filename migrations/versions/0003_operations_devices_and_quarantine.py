"""Operations, devices and quarantine."""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Goes from '0001' to '0003'."""
    op.create_table('operation',
    sa.Column('uuid', sa.String(length=36), nullable=False),
    sa.Column('diagnosis_id', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(length=10), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('base_revision', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('digest', sa.String(length=32), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['user.id'], name=op.f('fk_operation_actor_id_user')),
    sa.ForeignKeyConstraint(['diagnosis_id'], ['diagnosis.id'], name=op.f('fk_operation_diagnosis_id_diagnosis'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('uuid', name=op.f('pk_operation')),
    sqlite_with_rowid=False
    )

    op.create_table('quarantined',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(length=36), nullable=False),
    sa.Column('diagnosis_id', sa.Integer(), nullable=True),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('section', sa.String(length=40), nullable=False),
    sa.Column('version', sa.String(length=40), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('actor_role', sa.String(length=20), nullable=False),
    sa.Column('cause', sa.Enum('locked', 'not_open', 'no_section', 'unknown_question', 'version', 'too_large', 'malformed', 'reused', 'refused', name='cause', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_by_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Enum('reapplied', 'set_aside', name='settlement', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.CheckConstraint('(resolved_at IS NULL) = (outcome IS NULL)', name=op.f('ck_quarantined_resolved_has_outcome')),
    sa.ForeignKeyConstraint(['actor_id'], ['user.id'], name=op.f('fk_quarantined_actor_id_user')),
    sa.ForeignKeyConstraint(['diagnosis_id'], ['diagnosis.id'], name=op.f('fk_quarantined_diagnosis_id_diagnosis'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['resolved_by_id'], ['user.id'], name=op.f('fk_quarantined_resolved_by_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quarantined')),
    sa.UniqueConstraint('uuid', name=op.f('uq_quarantined_uuid'))
    )
    with op.batch_alter_table('quarantined', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_quarantined_actor_id'), ['actor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_quarantined_diagnosis_id'), ['diagnosis_id'], unique=False)
        batch_op.create_index('ix_quarantined_resolved_at', ['resolved_at'], unique=False)



def downgrade() -> None:
    """Goes back."""
    with op.batch_alter_table('quarantined', schema=None) as batch_op:
        batch_op.drop_index('ix_quarantined_resolved_at')
        batch_op.drop_index(batch_op.f('ix_quarantined_diagnosis_id'))
        batch_op.drop_index(batch_op.f('ix_quarantined_actor_id'))

    op.drop_table('quarantined')
    op.drop_table('operation')
