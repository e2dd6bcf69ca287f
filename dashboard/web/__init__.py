"""What every answer needs: headers, errors, language, database, files written whole."""
