"""The whole story on one machine: a sample day, a mail catcher and every reader's inbox."""
