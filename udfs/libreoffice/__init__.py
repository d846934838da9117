"""LibreOffice: the add-in (.oxt) that lets Calc compute the functions, and its installation."""
