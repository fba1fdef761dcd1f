"""What comes back: answers of people, and what providers say became of a message.

Has inside what an app has: enums, models, queries, actions, views, admin. Why it stands in this app and not
in one of its own: docs/decisions/0034-what-comes-back-is-read-here.md.
"""
