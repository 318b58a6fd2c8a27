// Includes the header that the build names, and nothing else.
#include HEADER

int main() {}
