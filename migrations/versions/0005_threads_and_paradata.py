"""Threads and paradata.

Each remark of the review becomes a thread of the network: its text is the first message, its reply the second, by the
dossier's diagnostician. Going back, the first message of a reviewer's thread becomes a remark again, and what its
diagnostician wrote in it the reply; threads that a remark cannot hold (the diagnostician's and the firm's own) are lost then.
"""

import sqlalchemy as sa
from alembic import op

from diagnostics.models.base import UtcDateTime
from sqlalchemy.dialects import postgresql

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

ROLES = ('coordinator', 'referent', 'diagnostician', 'analyst', 'committee', 'partner', 'admin', 'firm')
MOMENT = UtcDateTime()
MOST_AT_ONCE = 500

remark = sa.table(
    'remark', sa.column('id', sa.Integer), sa.column('diagnosis_id', sa.Integer), sa.column('question', sa.String), sa.column('text', sa.Text),
    sa.column('author_id', sa.Integer), sa.column('created_at', MOMENT), sa.column('reply', sa.Text), sa.column('resolved_at', MOMENT),
)
thread = sa.table(
    'thread', sa.column('id', sa.Integer), sa.column('diagnosis_id', sa.Integer), sa.column('question', sa.String), sa.column('row', sa.String),
    sa.column('shared', sa.Boolean), sa.column('state', sa.String), sa.column('opened_by_id', sa.Integer), sa.column('opened_role', sa.String),
    sa.column('opened_at', MOMENT), sa.column('resolved_at', MOMENT), sa.column('firm_read_id', sa.Integer),
)
message = sa.table(
    'thread_message', sa.column('id', sa.Integer), sa.column('thread_id', sa.Integer), sa.column('author_id', sa.Integer), sa.column('author_role', sa.String),
    sa.column('text', sa.Text), sa.column('at', MOMENT),
)
diagnosis = sa.table('diagnosis', sa.column('id', sa.Integer), sa.column('diagnostician_id', sa.Integer))


def upgrade() -> None:
    """Goes from '0001' to '0005'."""
    op.create_table('thread',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('diagnosis_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=80), nullable=False),
    sa.Column('row', sa.String(length=60), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('open', 'resolved', name='thread_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=True),
    sa.Column('opened_role', sa.Enum(*ROLES, name='opened_role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resolved_by_id', sa.Integer(), nullable=True),
    sa.Column('firm_read_id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'resolved') = (resolved_at IS NOT NULL)", name=op.f('ck_thread_resolved_has_moment')),
    sa.CheckConstraint("opened_role <> 'firm' OR shared", name=op.f('ck_thread_firm_sees_its_own')),
    sa.ForeignKeyConstraint(['diagnosis_id'], ['diagnosis.id'], name=op.f('fk_thread_diagnosis_id_diagnosis'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['opened_by_id'], ['user.id'], name=op.f('fk_thread_opened_by_id_user')),
    sa.ForeignKeyConstraint(['resolved_by_id'], ['user.id'], name=op.f('fk_thread_resolved_by_id_user')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thread'))
    )
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.create_index('ix_thread_diagnosis_id_state', ['diagnosis_id', 'state'], unique=False)

    op.create_table('thread_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('author_role', sa.Enum(*ROLES, name='author_role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_thread_message_author_id_user')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_thread_message_thread_id_thread'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thread_message'))
    )
    with op.batch_alter_table('thread_message', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_thread_message_thread_id'), ['thread_id'], unique=False)

    op.create_table('thread_read',
    sa.Column('thread_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_thread_read_thread_id_thread'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user.id'], name=op.f('fk_thread_read_user_id_user'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('thread_id', 'user_id', name=op.f('pk_thread_read'))
    )
    op.create_table('paradata',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('session', sa.String(length=16), nullable=False),
    sa.Column('diagnosis_id', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(length=10), nullable=False),
    sa.Column('kind', sa.Enum('opened', 'left', 'changed', 'shown', 'overridden', name='paradata_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('detail', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['diagnosis_id'], ['diagnosis.id'], name=op.f('fk_paradata_diagnosis_id_diagnosis'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_paradata'))
    )
    with op.batch_alter_table('paradata', schema=None) as batch_op:
        batch_op.create_index('ix_paradata_at', ['at'], unique=False)
        batch_op.create_index('ix_paradata_diagnosis_id_at', ['diagnosis_id', 'at'], unique=False)

    with op.batch_alter_table('firm', schema=None) as batch_op:
        batch_op.create_index('ix_firm_siret', ['siret'], unique=False)

    _remarks_to_threads(op.get_bind())
    with op.batch_alter_table('remark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_remark_diagnosis_id'))
    op.drop_table('remark')


def _remarks_to_threads(connection: sa.Connection) -> None:
    """Writes a thread for each remark; its number stays the same, so that older lines of the journal still name it."""
    owners = dict(connection.execute(sa.select(diagnosis.c.id, diagnosis.c.diagnostician_id)).all())
    threads, said = [], []
    for row in connection.execute(sa.select(remark).order_by(remark.c.id)).all():
        threads.append(
            {'id': row.id, 'diagnosis_id': row.diagnosis_id, 'question': row.question, 'row': '', 'shared': False,
             'state': 'open' if row.resolved_at is None else 'resolved', 'opened_by_id': row.author_id, 'opened_role': 'coordinator',
             'opened_at': row.created_at, 'resolved_at': row.resolved_at, 'firm_read_id': 0}
        )
        said.append({'thread_id': row.id, 'author_id': row.author_id, 'author_role': 'coordinator', 'text': row.text, 'at': row.created_at})
        if row.reply:
            # When it was written was never kept: its closing, or else the remark itself, is the nearest moment known.
            said.append(
                {'thread_id': row.id, 'author_id': owners.get(row.diagnosis_id), 'author_role': 'diagnostician', 'text': row.reply,
                 'at': row.resolved_at or row.created_at}
            )
    for rows, table in ((threads, thread), (said, message)):
        for start in range(0, len(rows), MOST_AT_ONCE):
            connection.execute(sa.insert(table), rows[start:start + MOST_AT_ONCE])
    if threads and connection.dialect.name == 'postgresql':
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('thread', 'id'), (SELECT max(id) FROM thread))"))


def downgrade() -> None:
    """Goes back."""
    op.create_table('remark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('diagnosis_id', sa.Integer(), nullable=False),
    sa.Column('question', sa.String(length=80), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reply', sa.Text(), nullable=False),
    sa.Column('resolved_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['user.id'], name=op.f('fk_remark_author_id_user')),
    sa.ForeignKeyConstraint(['diagnosis_id'], ['diagnosis.id'], name=op.f('fk_remark_diagnosis_id_diagnosis'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_remark'))
    )
    with op.batch_alter_table('remark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_remark_diagnosis_id'), ['diagnosis_id'], unique=False)
    _threads_to_remarks(op.get_bind())
    with op.batch_alter_table('firm', schema=None) as batch_op:
        batch_op.drop_index('ix_firm_siret')

    with op.batch_alter_table('paradata', schema=None) as batch_op:
        batch_op.drop_index('ix_paradata_diagnosis_id_at')
        batch_op.drop_index('ix_paradata_at')
    op.drop_table('paradata')
    op.drop_table('thread_read')
    with op.batch_alter_table('thread_message', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_thread_message_thread_id'))
    op.drop_table('thread_message')
    with op.batch_alter_table('thread', schema=None) as batch_op:
        batch_op.drop_index('ix_thread_diagnosis_id_state')
    op.drop_table('thread')


def _threads_to_remarks(connection: sa.Connection) -> None:
    """Writes a remark for each thread that a reviewer opened."""
    said: dict[int, list[sa.Row]] = {}
    for row in connection.execute(sa.select(message).order_by(message.c.id)).all():
        said.setdefault(row.thread_id, []).append(row)
    remarks = []
    reviewers = {'coordinator', 'referent'}
    for row in connection.execute(sa.select(thread).where(thread.c.opened_role.in_(reviewers)).order_by(thread.c.id)).all():
        messages = said.get(row.id, [])
        asked = [each.text for each in messages if each.author_role in reviewers]
        answered = [each.text for each in messages if each.author_role == 'diagnostician']
        remarks.append(
            {'id': row.id, 'diagnosis_id': row.diagnosis_id, 'question': row.question, 'text': '\n\n'.join(asked), 'author_id': row.opened_by_id,
             'created_at': row.opened_at, 'reply': '\n\n'.join(answered), 'resolved_at': row.resolved_at}
        )
    for start in range(0, len(remarks), MOST_AT_ONCE):
        connection.execute(sa.insert(remark), remarks[start:start + MOST_AT_ONCE])
    if remarks and connection.dialect.name == 'postgresql':
        connection.execute(sa.text("SELECT setval(pg_get_serial_sequence('remark', 'id'), (SELECT max(id) FROM remark))"))
