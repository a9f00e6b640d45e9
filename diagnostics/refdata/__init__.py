"""The reference tables that ship with the application; PROVENANCE.md says where each comes from and under which licence."""
