"""Whose an e-mail address is: links in letters, and the page that they lead to."""
