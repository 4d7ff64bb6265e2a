"""The hub and its channels, the widget and the staff inbox."""
